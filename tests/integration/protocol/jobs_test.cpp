// Jobs that the daemon refuses by their message alone.

#include <gmock/gmock.h>

#include <limits>

#include "tests/integration/protocol/bystander.hpp"

namespace samovar::tests {
namespace {

using ipc::OutputPlace;
using ipc::Submit;
using testing::HasSubstr;

constexpr std::uint64_t kChannelBytes = 1u << 20;
constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

// Model "picture" takes uint8 [height, width, 3] and float32 [height].
class RefusedJobs : public WithBystander {
  protected:
    RefusedJobs() : client(connect()), mine(open_channel(client, kChannelBytes)) {}

    // An honest job, to be spoilt. Nothing is run: there is no code behind the model.
    Submit honest() const {
        return job("picture",
                   {slot_input(DType::uint8, {16, 16, 3}, mine.id, 0),
                    slot_input(DType::float32, {16}, mine.id, 1024)},
                   {OutputPlace{mine.id, 4096, 768}});
    }
    Error refusal(const Submit& submit, Errc code) {
        Error error = expect_refused(client, client.call(submit), code);
        EXPECT_NE(error.message, "");
        return error;
    }

    TestClient client;
    TestChannel mine;
};

TEST_F(RefusedJobs, OfAModelThatIsNotThereNameIt) {
    Submit submit = honest();
    submit.model = "no-such-model";
    const Error error = refusal(submit, Errc::unknown_model);
    EXPECT_THAT(error.message, HasSubstr("no-such-model"));
    EXPECT_NE(error.hint, "");
}

TEST_F(RefusedJobs, WithAnotherNumberOfInputsSayHowMany) {
    Submit submit = honest();
    submit.inputs.pop_back();
    EXPECT_EQ(refusal(submit, Errc::bad_input).message,
              "the job brings 1 input where the model takes 2");
    submit.inputs.clear();
    EXPECT_EQ(refusal(submit, Errc::bad_input).message,
              "the job brings 0 inputs where the model takes 2");
}

TEST_F(RefusedJobs, WithAnInputThatTheModelDoesNotHaveNameIt) {
    Submit submit = honest();
    submit.inputs[1].name = "mask";
    EXPECT_EQ(refusal(submit, Errc::bad_input).message, "the model has no input \"mask\"");
}

TEST_F(RefusedJobs, WithAnInputTwiceNameIt) {
    Submit submit = honest();
    submit.inputs[0].name = "weight";
    submit.inputs[1].name = "weight";
    EXPECT_EQ(refusal(submit, Errc::bad_input).message, "input \"weight\" is given twice");
}

TEST_F(RefusedJobs, OfAnotherElementTypeSayBoth) {
    Submit submit = honest();
    submit.inputs[0].dtype = DType::float32;
    EXPECT_EQ(refusal(submit, Errc::bad_input).message,
              "input \"image\" is float32 where the model takes uint8");
}

TEST_F(RefusedJobs, OfAnElementTypeThatIsNoneAreRefused) {
    for (const unsigned number : {0u, 11u, 99u, 255u}) {
        Submit submit = honest();
        submit.inputs[0].dtype = static_cast<DType>(number);
        EXPECT_THAT(refusal(submit, Errc::bad_input).message, HasSubstr("is unknown"));
    }
}

TEST_F(RefusedJobs, OfAnotherRankOrShapeSayBoth) {
    for (const Shape& shape : {Shape{16, 16}, Shape{}, Shape{1, 16, 16, 3}, Shape{16, 16, 4}}) {
        Submit submit = honest();
        submit.inputs[0].shape = shape;
        EXPECT_EQ(refusal(submit, Errc::bad_input).message,
                  "input \"image\" has shape " + to_string(shape) +
                      " where the model takes [height, width, 3]");
    }
}

TEST_F(RefusedJobs, OfASizeOutOfBoundsSayTheBounds) {
    for (const std::uint64_t height : {std::uint64_t{0}, std::uint64_t{4097}, kHuge}) {
        Submit submit = honest();
        submit.inputs[0].shape[0] = height;
        EXPECT_THAT(refusal(submit, Errc::bad_input).message,
                    HasSubstr("height must be from 1 to 4096"));
    }
}

TEST_F(RefusedJobs, WithOneNameForTwoSizesSayWhich) {
    Submit submit = honest();
    submit.inputs[1].shape = {17};
    EXPECT_THAT(refusal(submit, Errc::bad_input).message, HasSubstr("height is 16 elsewhere"));
}

TEST_F(RefusedJobs, WhoseInlineBytesDoNotFillTheShapeSayBoth) {
    Submit submit = honest();
    submit.inputs[1].channel = ipc::kInline;
    submit.inputs[1].data.resize(63);
    EXPECT_EQ(refusal(submit, Errc::bad_input).message,
              "input \"weight\" carries 63 bytes where its shape makes 64");
}

TEST_F(RefusedJobs, WithATensorInTheChannelAndInTheMessageAreRefused) {
    Submit submit = honest();
    submit.inputs[1].data.resize(64);
    EXPECT_EQ(refusal(submit, Errc::bad_input).message,
              "input \"weight\" is in a channel and in the message as well");
}

TEST_F(RefusedJobs, InAChannelOfNobodyOrOfSomebodyElseAreRefused) {
    for (const std::uint32_t id : {channel.id, 54321u, 0xffffffffu}) {
        Submit submit = honest();
        submit.inputs[0].channel = id;
        EXPECT_THAT(
            refusal(submit, Errc::unknown_channel).message,
            HasSubstr("channel " + std::to_string(id) + ", which this session does not have"));
        submit = honest();
        submit.outputs[0].channel = id;
        EXPECT_THAT(refusal(submit, Errc::unknown_channel).message, HasSubstr("output 0"));
    }
}

TEST_F(RefusedJobs, ThatAreNotAlignedSayTheAlignment) {
    for (const std::uint64_t offset : {1u, 63u, 65u}) {
        Submit submit = honest();
        submit.inputs[0].offset = offset;
        const Error error = refusal(submit, Errc::invalid_argument);
        EXPECT_THAT(error.message, HasSubstr("which is no multiple of 64"));
        EXPECT_NE(error.hint, "");
    }
}

TEST_F(RefusedJobs, OutsideTheChannelByOneByteOrByWrappingAroundAreRefused) {
    const std::uint64_t last = kChannelBytes - 768;
    for (const std::uint64_t offset : {last + 64, kChannelBytes, kHuge - 63, kHuge / 2 + 1}) {
        Submit submit = honest();
        submit.inputs[0].offset = offset / 64 * 64;
        const Error error = refusal(submit, Errc::out_of_bounds);
        EXPECT_THAT(error.message, HasSubstr("which has 1048576"));
        EXPECT_NE(error.hint, "");
    }
    for (const std::uint64_t capacity : {kChannelBytes - 4096 + 1, kHuge, kHuge - 4095}) {
        Submit submit = honest();
        submit.outputs[0].capacity = capacity;
        EXPECT_THAT(refusal(submit, Errc::out_of_bounds).message, HasSubstr("output 0"));
    }
}

TEST_F(RefusedJobs, WithOverlappingSlotsAreRefused) {
    Submit submit = honest();
    submit.outputs[0].offset = 704;
    EXPECT_THAT(refusal(submit, Errc::invalid_argument).message, HasSubstr("overlaps"));
}

TEST_F(RefusedJobs, WithMorePlacesThanOutputsSayHowMany) {
    Submit submit = honest();
    submit.outputs.resize(2);
    EXPECT_EQ(refusal(submit, Errc::bad_output).message,
              "the job has places for 2 outputs where the model gives 1");
}

TEST_F(RefusedJobs, OfEncodedPicturesForAnInputThatIsNoneSaySo) {
    Submit submit = honest();
    submit.inputs[1].dtype = DType::encoded_image;
    submit.inputs[1].shape = {100};
    EXPECT_THAT(refusal(submit, Errc::bad_input).message,
                HasSubstr("input \"weight\" takes no encoded image"));
}

TEST_F(RefusedJobs, ThatNobodySentCannotBeCancelled) {
    client.send(ipc::Cancel{}, 4711);
    client.get<ipc::Pong>(ipc::Ping{});
}

}  // namespace
}  // namespace samovar::tests
