// write_fuzz_seeds FOLDER: writes the specimen of every message to FOLDER/fuzz_*_messages/, a
// stream of all that a client sends to FOLDER/fuzz_frames/, and small pictures to
// FOLDER/fuzz_image/.

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/specimens.hpp"
#include "tests/unit/image/sample_files.hpp"

using namespace samovar;
using namespace samovar::tests;

namespace {

void write(const std::filesystem::path& file, std::span<const std::byte> bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    for (const std::byte byte : bytes)
        out.put(static_cast<char>(byte));
}

template <class List>
void write_each(const std::filesystem::path& folder) {
    for_each(List(), [&folder](auto identity) {
        using Message = typename decltype(identity)::type;
        write(folder / to_string(Message::kType), specimen_frame<Message>());
    });
}

void write_pictures(const std::filesystem::path& folder) {
    namespace samples = image::testing;
    constexpr std::uint32_t kWidth = 9, kHeight = 7;
    for (const auto format :
         {image::PixelFormat::grey, image::PixelFormat::rgb, image::PixelFormat::rgba}) {
        const ipc::Bytes pixels = samples::gradient(kWidth, kHeight, format);
        const image::Pixels picture{pixels, kWidth, kHeight, format};
        const std::string channels = std::to_string(static_cast<int>(format));
        write(folder / ("png_" + channels), image::encode_png(picture).value());
        if (format != image::PixelFormat::rgba)
            write(folder / ("jpeg_" + channels), image::encode_jpeg(picture, 80).value());
    }
    const ipc::Bytes pixels = samples::gradient(kWidth, kHeight, image::PixelFormat::rgb);
    const ipc::Bytes upright =
        image::encode_jpeg({pixels, kWidth, kHeight, image::PixelFormat::rgb}, 50).value();
    for (const std::uint8_t orientation : {std::uint8_t{3}, std::uint8_t{6}})
        write(folder / ("jpeg_orientation_" + std::to_string(orientation)),
              samples::with_orientation(upright, orientation, orientation == 3));
    write(folder / "jpeg_progressive", samples::make_progressive_jpeg(kWidth, kHeight));
    write(folder / "jpeg_cmyk", samples::make_cmyk_jpeg({10, 20, 30, 40}, true));
    // The colour types of PNG: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
    write(folder / "png_palette", samples::make_png({3, 2}, kWidth, kHeight));
    write(folder / "png_bits", samples::make_png({0, 1}, kWidth, kHeight));
    write(folder / "png_16_bits", samples::make_png({6, 16}, kWidth, kHeight));
    write(folder / "png_interlaced", samples::make_png({2, 8, true, true}, kWidth, kHeight));
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: write_fuzz_seeds FOLDER\n";
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    write_each<FromClient>(folder / "fuzz_client_messages");
    write_each<FromDaemon>(folder / "fuzz_daemon_messages");
    write_each<OfWorker>(folder / "fuzz_worker_messages");

    write_pictures(folder / "fuzz_image");

    ipc::Bytes stream;
    for_each(FromClient(), [&stream](auto identity) {
        const ipc::Bytes frame = specimen_frame<typename decltype(identity)::type>();
        if (frame.size() < 64) stream.insert(stream.end(), frame.begin(), frame.end());
    });
    write(folder / "fuzz_frames" / "all_of_a_client", stream);
    write(folder / "fuzz_frames" / "half_a_frame", std::span(stream).first(30));
    write(folder / "fuzz_frames" / "too_long", ipc::Bytes(40, std::byte{0xff}));
}
