#include "tests/torture/mutator.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <thread>

#include "ipc/image/encode.hpp"
#include "tests/support/test_client.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

using tests::TestClient;

constexpr std::uint64_t kChannel = 1u << 20;
// Where in the channel what is: numbers, pixels, a JPEG, and the place of results.
constexpr std::uint64_t kNumbers = 0, kPixels = 64u << 10, kJpeg = 256u << 10, kResult = 512u << 10;
constexpr std::uint64_t kCount = 512, kSide = Mutator::kSide;
constexpr std::size_t kInFlight = 8;
constexpr std::int64_t kRows = 100;  // of the table of "indexer"

ipc::Bytes jpeg() {
    ipc::Bytes pixels(kSide * kSide * 3);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::byte>(i * i / 7);
    return image::encode_jpeg({pixels, kSide, kSide, image::PixelFormat::rgb}, 90).value();
}

class Mutation {
  public:
    Mutation(const std::filesystem::path& socket, std::uint64_t seed, MutatorBook& book)
        : book_(book), chance_(seed), client_(socket), channel_(open_channel(client_, kChannel)) {}

    void run() {
        std::thread writer([this] { rewrite(); });
        std::deque<std::uint64_t> in_flight;
        while (!book_.leave || !in_flight.empty()) {
            while (!book_.leave && in_flight.size() < kInFlight)
                in_flight.push_back(client_.ask(any_job()));
            if (in_flight.empty()) break;
            note(client_.answer(in_flight.front()));
            in_flight.pop_front();
        }
        writer.join();
    }

  private:
    void note(const tests::Answer& answer) {
        if (!answer.is<ipc::Done>())
            ++book_.refused[std::min(static_cast<std::size_t>(answer.error().code),
                                     MutatorBook::kCodes - 1)];
        ++book_.ended;
    }

    ipc::Submit any_job() {
        switch (between(chance_, 0, 2)) {
            case 0:
                return tests::job(
                    "indexer", {tests::slot_input(DType::int64, {kCount}, channel_.id, kNumbers)});
            case 1:
                return tests::job(
                    "invert",
                    {tests::slot_input(DType::uint8, {kSide, kSide, 3}, channel_.id, kPixels)},
                    {ipc::OutputPlace{channel_.id, kResult, kSide * kSide * 3}});
            default: {
                ipc::Submit submit = tests::job(
                    "mask",
                    {tests::slot_input(DType::encoded_image, {jpeg_.size()}, channel_.id, kJpeg)});
                submit.params.push_back({"output", "alpha"});
                return submit;
            }
        }
    }

    // Mostly what passes for an input, so that jobs get far, and then another thing.
    void rewrite() {
        Chance chance(chance_());
        const std::span<std::byte> bytes = channel_.bytes();
        while (!book_.leave) {
            for (std::uint64_t i = 0; i < kCount; ++i)
                put<std::int64_t>(kNumbers + 8 * i,
                                  static_cast<std::int64_t>(between(chance, 0, kRows - 1)));
            std::ranges::copy(jpeg_, bytes.begin() + static_cast<std::ptrdiff_t>(kJpeg));
            for (int i = 0; i < 64; ++i) {
                const std::uint64_t word = chance();
                put(kNumbers + 8 * between(chance, 0, kCount - 1), word);
                put(kPixels + 8 * between(chance, 0, kSide * kSide * 3 / 8 - 1), word);
                put(kResult + 8 * between(chance, 0, kSide * kSide * 3 / 8 - 1), word);
                put(kJpeg + between(chance, 2, jpeg_.size() - 8), static_cast<std::byte>(word));
                book_.rewritten += 4;
            }
        }
    }
    template <class T>
    void put(std::uint64_t at, T value) {
        std::memcpy(channel_.bytes().data() + at, &value, sizeof value);
    }

    MutatorBook& book_;
    Chance chance_;
    const ipc::Bytes jpeg_ = jpeg();
    TestClient client_;
    tests::TestChannel channel_;
};

}  // namespace

Mutator::Mutator(std::filesystem::path socket, std::uint64_t seed)
    : process_(std::make_unique<tests::Process>(
          [socket = std::move(socket), seed, this] { Mutation(socket, seed, *book_).run(); })) {}

bool Mutator::leave() {
    book_->leave = true;
    const std::optional<int> status = process_->wait_for_exit();
    return status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
}

}  // namespace samovar::torture
