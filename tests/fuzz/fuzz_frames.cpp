// The stream of frames that a peer sends: however it is cut into reads, the same frames come out as
// from a reader that sees all of it at once, memory stays bounded, and every descriptor is closed.
//
// An input is the stream; the sizes of the reads, and with which of them a descriptor comes, are
// taken from its end.

#include <fuzzer/FuzzedDataProvider.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "ipc/wire/frame.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar;
using fuzz::must;

namespace {

// Small, so that frames of the largest size and over it are common.
constexpr std::uint32_t kMaxBody = 600;
// One frame, one read of the least size, and the growth of a vector.
constexpr std::size_t kMostMemory = 2 * (kMaxBody + ipc::kHeaderBytes + 4096);

struct Cut {
    std::vector<std::vector<std::byte>> bodies;
    std::vector<std::uint64_t> requests;
    bool error = false;
    friend bool operator==(const Cut&, const Cut&) = default;
};

// All frames that are there. False once the stream cannot be trusted any more.
bool take_all(ipc::FrameReader& reader, Cut& cut) {
    while (true) {
        Result<std::optional<ipc::Frame>> frame = reader.take();
        if (!frame) {
            must(frame.error().code == Errc::protocol, "a broken stream is `protocol`");
            cut.error = true;
            return false;
        }
        if (!*frame) return true;
        must((*frame)->header.length == (*frame)->body.size(), "a frame has the length it says");
        must((*frame)->body.size() <= kMaxBody, "a frame is within its limit");
        must(bool((*frame)->descriptor) == (((*frame)->header.flags & ipc::kDescriptorMask) == 1),
             "a frame has the descriptor that it announces");
        cut.bodies.emplace_back((*frame)->body.begin(), (*frame)->body.end());
        cut.requests.push_back((*frame)->header.request);
    }
}

// Feeds `bytes` and takes what comes, as a session does.
bool feed(ipc::FrameReader& reader, std::span<const std::byte> bytes, Cut& cut) {
    while (!bytes.empty()) {
        const std::span<std::byte> room = reader.writable();
        must(room.size() >= 1 && room.size() <= kMostMemory, "the room for a read is bounded");
        const std::size_t count = std::min(room.size(), bytes.size());
        std::copy_n(bytes.begin(), count, room.begin());
        reader.commit(count);
        bytes = bytes.subspan(count);
        if (!take_all(reader, cut)) return false;
    }
    return true;
}

// The same by the rules of docs/protocol.md alone, for a stream without descriptors.
Cut reference(std::span<const std::byte> stream) {
    Cut cut;
    while (stream.size() >= ipc::kHeaderBytes) {
        const auto header = ipc::read_header(stream.first<ipc::kHeaderBytes>());
        cut.error = header.length > kMaxBody || header.flags != 0;
        // A descriptor that is announced and does not come is missed when the frame is whole.
        const bool awaited = header.length <= kMaxBody && header.flags == 1;
        const std::size_t whole = ipc::kHeaderBytes + header.length;
        if (cut.error && !(awaited && stream.size() < whole)) return cut;
        cut.error = false;
        if (stream.size() < whole) return cut;
        const auto body = stream.subspan(ipc::kHeaderBytes, header.length);
        cut.bodies.emplace_back(body.begin(), body.end());
        cut.requests.push_back(header.request);
        stream = stream.subspan(whole);
    }
    return cut;
}

int lowest_free_descriptor() {
    const int fd = ::dup(0);
    ::close(fd);
    return fd;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    FuzzedDataProvider choices(bytes, size);
    const int lowest = lowest_free_descriptor();
    const std::size_t reads = choices.ConsumeIntegralInRange<std::size_t>(0, 32);
    std::vector<std::size_t> sizes(reads);
    for (std::size_t& count : sizes)
        count = choices.ConsumeIntegralInRange<std::size_t>(0, 1024);
    const std::uint32_t with_descriptor = choices.ConsumeIntegral<std::uint32_t>();
    const std::vector<std::byte> stream = choices.ConsumeRemainingBytes<std::byte>();

    for (const bool descriptors : {false, true}) {
        Cut cut;
        ipc::FrameReader reader(kMaxBody);
        std::span<const std::byte> rest(stream);
        bool sound = true;
        for (std::size_t i = 0; sound && i < reads; ++i) {
            if (descriptors && (with_descriptor >> i & 1) != 0)
                reader.add_descriptor(ipc::UniqueFd(::dup(0)));
            const std::size_t count = std::min(sizes[i], rest.size());
            sound = feed(reader, rest.first(count), cut);
            rest = rest.subspan(count);
        }
        if (sound) feed(reader, rest, cut);
        if (!descriptors) must(cut == reference(stream), "a stream is cut alike however it comes");
    }
    must(lowest_free_descriptor() == lowest, "every descriptor is closed");
    return 0;
}
