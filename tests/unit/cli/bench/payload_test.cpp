#include "client/cli/bench/payload.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "tests/unit/cli/sample_models.hpp"

namespace samovar::cli {
namespace {

using testing::HasSubstr;

TEST(MadeUp, APictureIsAsLargeAsPeopleTake) {
    const Result<Payload> payload = made_up(cutting(), {});
    ASSERT_TRUE(payload);
    ASSERT_EQ(payload->size(), 1U);
    EXPECT_EQ(payload->front().name, "image");
    EXPECT_EQ(payload->front().tensor.shape, (Shape{512, 512, 3}));
    EXPECT_EQ(payload->front().tensor.bytes.size(), 512U * 512 * 3);
    EXPECT_NE(payload->front().tensor.bytes[1], std::byte());
}

TEST(MadeUp, OtherSizesAreAsSmallAsTheyMayBe) {
    const Result<Payload> payload = made_up(adding(), {});
    ASSERT_TRUE(payload);
    ASSERT_EQ(payload->size(), 2U);
    EXPECT_EQ(payload->back().tensor.shape, Shape{1});
}

TEST(MadeUp, AGivenSizeHoldsForEachInputThatHasIt) {
    const Result<Payload> payload = made_up(adding(), {{"n", 7}});
    ASSERT_TRUE(payload);
    for (const NamedTensor& named : *payload)
        EXPECT_EQ(named.tensor.bytes.size(), 28U);
}

TEST(MadeUp, IntegersAreAnIndexThatAnyTableHas) {
    ModelInfo model = adding();
    model.inputs[0].dtype = DType::int64;
    const Result<Payload> payload = made_up(model, {{"n", 50}});
    ASSERT_TRUE(payload);
    EXPECT_THAT(payload->front().tensor.bytes, testing::Each(std::byte()));
}

TEST(MadeUp, FloatingPointElementsLieBelowOne) {
    const Result<Payload> payload = made_up(adding(), {{"n", 300}});
    ASSERT_TRUE(payload);
    std::vector<float> values(300);
    std::memcpy(values.data(), payload->front().tensor.bytes.data(), 1200);
    EXPECT_THAT(values, testing::Each(testing::AllOf(testing::Ge(0.F), testing::Lt(1.F))));
}

TEST(MadeUp, ASizeThatCannotBeIsRefusedWithWhatCan) {
    const auto refusal = [](const Sizes& sizes) {
        const Result<Payload> payload = made_up(adding(), sizes);
        EXPECT_FALSE(payload);
        return payload ? Error() : payload.error();
    };
    EXPECT_EQ(refusal({{"m", 1}}).message, "no input of add has a size \"m\"");
    EXPECT_EQ(refusal({{"m", 1}}).hint, "there are n");
    EXPECT_EQ(refusal({{"n", 1001}}).message, "--size n=1001 is out of bounds");
    EXPECT_EQ(refusal({{"n", 1001}}).hint, "it is 1 to 1000");
}

TEST(MadeUp, WhatNoSlotHoldsIsRefused) {
    const Result<Payload> payload = made_up(cutting(), {{"height", 65536}, {"width", 65536}});
    ASSERT_FALSE(payload);
    EXPECT_THAT(payload.error().message, HasSubstr("more than"));
}

TEST(Texts, LieOneBehindTheOther) {
    const Payload payload = of_texts({"ab", "", "c"});
    ASSERT_EQ(payload.size(), 2U);
    EXPECT_EQ(payload[0].tensor.shape, Shape{3});
    EXPECT_EQ(payload[0].tensor.bytes[2], std::byte('c'));
    std::vector<std::int64_t> ends(3);
    std::memcpy(ends.data(), payload[1].tensor.bytes.data(), 24);
    EXPECT_EQ(ends, (std::vector<std::int64_t>{2, 2, 3}));
}

TEST(MadeUp, AModelOfTextsGetsAText) {
    ModelInfo model = adding();
    model.summary.task = "embed-text";
    const Result<Payload> payload = made_up(model, {});
    ASSERT_TRUE(payload);
    EXPECT_EQ(payload->back().tensor.shape, Shape{1});
}

}  // namespace
}  // namespace samovar::cli
