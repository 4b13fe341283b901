// JPEG and PNG files: what the header promises is what the decoder writes, and no byte more.

#include <cstdint>
#include <vector>

#include "ipc/image/image.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar;
using fuzz::must;

namespace {

// Larger pictures take the fuzzer long and show nothing new.
constexpr std::uint64_t kMostBytes = 4u << 20;
constexpr std::byte kUntouched{0xa5};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = std::as_bytes(std::span(bytes, size));
    const Result<image::ImageInfo> info = image::probe(file);
    if (!info) {
        must(info.error().code == Errc::bad_image, "a bad header is `bad_image`");
        must(!info.error().message.empty(), "a refusal says why");
        std::byte nothing[1];
        must(!image::decode_rgb(file, nothing), "what cannot be probed is not decoded");
        return 0;
    }
    must(info->width > 0 && info->height > 0, "a picture has a size");
    must(std::uint64_t{info->width} * info->height <= image::kMaxImagePixels,
         "a picture is within the limit");
    must(info->orientation >= 1 && info->orientation <= 8, "an orientation is one of eight");
    const std::uint64_t room = info->rgb_bytes();
    if (room > kMostBytes) return 0;

    std::vector<std::byte> out(room + 64, kUntouched);
    const Result<void> decoded = image::decode_rgb(file, std::span(out).first(room));
    if (!decoded) must(decoded.error().code == Errc::bad_image, "a corrupt picture is `bad_image`");
    for (std::size_t i = room; i < out.size(); ++i)
        must(out[i] == kUntouched, "nothing is written past the picture");
    const Result<void> small = image::decode_rgb(file, std::span(out).first(room - 1));
    must(!small && small.error().code == Errc::output_too_small && small.error().needed == room,
         "a slot that is too small is told the size needed");
    return 0;
}
