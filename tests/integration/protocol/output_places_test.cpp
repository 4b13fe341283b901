// Jobs that a worker runs: where outputs go, and what is said where they do not fit.

#include <gmock/gmock.h>

#include <numeric>

#include "tests/integration/protocol/bystander.hpp"

namespace samovar::tests {
namespace {

using ipc::Done;
using ipc::OutputPlace;
using testing::HasSubstr;

constexpr std::uint64_t kPixels = 40 * 24 * 3;

class OutputPlaces : public WithBystander {
  protected:
    OutputPlaces()
        : WithBystander({"invert"}), client(connect()), mine(open_channel(client, 1u << 20)) {
        for (std::size_t i = 0; i < kPixels; ++i)
            mine.bytes()[i] = static_cast<std::byte>(i % 251);
        // Loads the model, so that the worker's descriptors are in the accounts.
        client.get<Done>(inverting({mine.id, 65'536, kPixels}));
    }

    ipc::Submit inverting(OutputPlace place) const {
        return job("invert", {slot_input(DType::uint8, {24, 40, 3}, mine.id, 0)}, {place});
    }

    TestClient client;
    TestChannel mine;
};

TEST_F(OutputPlaces, InAChannelAreWrittenInPlaceAndNowhereElse) {
    std::ranges::fill(mine.bytes().subspan(65'536), std::byte{0x77});
    const auto done = client.get<Done>(inverting({mine.id, 65'536, kPixels + 100}));
    ASSERT_EQ(done.outputs.size(), 1U);
    EXPECT_EQ(done.outputs[0].channel, mine.id);
    EXPECT_EQ(done.outputs[0].offset, 65'536U);
    EXPECT_TRUE(done.outputs[0].data.empty());
    EXPECT_EQ(done.outputs[0].shape, (Shape{24, 40, 3}));
    const auto output = mine.bytes().subspan(65'536);
    for (std::size_t i = 0; i < kPixels; ++i)
        ASSERT_EQ(output[i], static_cast<std::byte>(255 - i % 251)) << i;
    EXPECT_EQ(output[kPixels], std::byte{0x77});
}

TEST_F(OutputPlaces, InsideTheAnswerHoldTheElements) {
    const auto done = client.get<Done>(inverting({ipc::kInline, 0, kMaxInlineBytes}));
    ASSERT_EQ(done.outputs.size(), 1U);
    EXPECT_EQ(done.outputs[0].channel, ipc::kInline);
    EXPECT_EQ(done.outputs[0].data.size(), kPixels);
}

TEST_F(OutputPlaces, ThatAreTooSmallAreToldTheSizeNeeded) {
    const auto too_small = [this](OutputPlace place) {
        return expect_refused(client, client.call(inverting(place)), Errc::output_too_small);
    };
    for (const OutputPlace& place :
         {OutputPlace{mine.id, 65'536, kPixels - 1}, OutputPlace{mine.id, 65'536, 0},
          OutputPlace{ipc::kInline, 0, 10}}) {
        const Error error = too_small(place);
        EXPECT_EQ(error.needed, kPixels);
        EXPECT_THAT(error.message, HasSubstr(std::to_string(kPixels)));
    }
    client.get<Done>(inverting({mine.id, 65'536, kPixels}));
}

TEST_F(OutputPlaces, OfALargePictureDoNotFitTheAnswerWhateverIsAskedFor) {
    auto submit = job("invert", {slot_input(DType::uint8, {200, 200, 3}, mine.id, 0)},
                      {OutputPlace{ipc::kInline, 0, 1u << 30}});
    const Error error = expect_refused(client, client.call(submit), Errc::output_too_small);
    EXPECT_EQ(error.needed, 120'000U);
}

TEST_F(OutputPlaces, OfManyJobsAtOnceAreEachTheirOwn) {
    std::vector<std::uint64_t> requests;
    for (std::uint64_t i = 0; i < 64; ++i)
        requests.push_back(client.ask(inverting({mine.id, 65'536 + i * 4096, kPixels})));
    for (const std::uint64_t request : requests)
        client.answer(request).as<Done>();
    for (std::size_t i = 0; i < 64; ++i)
        EXPECT_EQ(mine.bytes()[65'536 + i * 4096 + 7], static_cast<std::byte>(255 - 7));
}

TEST_F(OutputPlaces, OfMoreJobsThanASessionMayHaveAreAnsweredBusy) {
    std::vector<std::uint64_t> requests;
    for (std::size_t i = 0; i < kMaxJobsPerSession + 50; ++i)
        requests.push_back(client.ask(inverting({mine.id, 65'536, kPixels})));
    std::size_t done = 0;
    for (const std::uint64_t request : requests) {
        const Answer answer = client.answer(request);
        if (answer.is<Done>()) {
            ++done;
            continue;
        }
        EXPECT_EQ(answer.error().code, Errc::busy);
        EXPECT_GT(answer.error().retry_after_ms, 0U);
        EXPECT_NE(answer.error().hint, "");
    }
    EXPECT_GE(done, kMaxJobsPerSession);
}

TEST_F(OutputPlaces, InAChannelThatIsClosedMeanwhileAreStillWritten) {
    const std::uint64_t request = client.ask(inverting({mine.id, 65'536, kPixels}));
    client.get<ipc::Ok>(ipc::CloseChannel{mine.id});
    client.answer(request).as<Done>();
    EXPECT_EQ(mine.bytes()[65'536], std::byte{255});
    // So that the accounts are as they were.
    mine = open_channel(client, 1u << 20);
}

}  // namespace
}  // namespace samovar::tests
