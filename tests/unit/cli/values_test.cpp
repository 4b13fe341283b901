#include "client/cli/values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace samovar::cli {
namespace {

std::string refusal(const std::string& text, DType dtype) {
    const Result<Tensor> tensor = parse_literal(text, dtype);
    if (tensor) return "taken";
    EXPECT_EQ(tensor.error().code, Errc::invalid_argument);
    return tensor.error().message;
}

// Through the bytes and back.
std::string again(const std::string& text, DType dtype) {
    const Result<Tensor> tensor = parse_literal(text, dtype);
    if (!tensor) return tensor.error().message;
    EXPECT_EQ(tensor->bytes.size(), *tensor_bytes(dtype, tensor->shape));
    return values_of(dtype, tensor->shape, tensor->bytes).dump();
}

TEST(Literal, NestedListsMakeTheShape) {
    EXPECT_EQ(parse_literal("3", DType::int32)->shape, Shape{});
    EXPECT_EQ(parse_literal("[3]", DType::int32)->shape, Shape{1});
    EXPECT_EQ(parse_literal("[[1,2,3],[4,5,6]]", DType::int32)->shape, (Shape{2, 3}));
    EXPECT_EQ(parse_literal("[]", DType::int32)->shape, Shape{0});
    EXPECT_EQ(parse_literal("[[],[]]", DType::int32)->shape, (Shape{2, 0}));
    EXPECT_EQ(parse_literal(" [ 1 , 2 ] ", DType::int32)->shape, Shape{2});
}

TEST(Literal, ElementsLieInCOrder) {
    const Result<Tensor> tensor = parse_literal("[[1,2],[3,4]]", DType::int16);
    ASSERT_TRUE(tensor);
    std::int16_t elements[4];
    ASSERT_EQ(tensor->bytes.size(), sizeof elements);
    std::memcpy(elements, tensor->bytes.data(), sizeof elements);
    EXPECT_EQ(elements[0], 1);
    EXPECT_EQ(elements[1], 2);
    EXPECT_EQ(elements[2], 3);
    EXPECT_EQ(elements[3], 4);
}

TEST(Literal, EveryTypeTakesItsWholeRangeAndNothingBeyond) {
    struct Range {
        DType dtype;
        const char *least, *most, *below, *above;
    };
    for (const Range& range : {
             Range{DType::int8, "-128", "127", "-129", "128"},
             Range{DType::uint8, "0", "255", "-1", "256"},
             Range{DType::int16, "-32768", "32767", "-32769", "32768"},
             Range{DType::int32, "-2147483648", "2147483647", "-2147483649", "2147483648"},
             Range{DType::int64, "-9223372036854775808", "9223372036854775807",
                   "-9223372036854775809", "9223372036854775808"},
         }) {
        EXPECT_EQ(again(range.least, range.dtype), range.least);
        EXPECT_EQ(again(range.most, range.dtype), range.most);
        EXPECT_NE(refusal(range.below, range.dtype), "taken") << range.below;
        EXPECT_NE(refusal(range.above, range.dtype), "taken") << range.above;
    }
    EXPECT_EQ(again("65504", DType::float16), "65504.0");
    EXPECT_NE(refusal("65505", DType::float16), "taken");
    EXPECT_NE(refusal("1e39", DType::float32), "taken");
    EXPECT_EQ(again("1e39", DType::float64), "1e+39");
    EXPECT_NE(refusal("1e999", DType::float64), "taken");
}

TEST(Literal, IntegersMayBeWrittenAsFloatsWithoutAFraction) {
    EXPECT_EQ(again("[2.0, 1e3]", DType::int32), "[2,1000]");
    EXPECT_EQ(refusal("2.5", DType::int32), "2.5 is no int32");
    EXPECT_EQ(refusal("1e10", DType::int32), "10000000000.0 is no int32");
    EXPECT_NE(refusal("9.3e18", DType::int64), "taken");
}

TEST(Literal, BooleansAreWordsOrBits) {
    EXPECT_EQ(again("[true, false, 1, 0]", DType::boolean), "[true,false,true,false]");
    EXPECT_EQ(refusal("2", DType::boolean), "2 is no bool");
    EXPECT_EQ(refusal("true", DType::float32), "true is no float32");
}

TEST(Literal, WhatIsNoNumberIsAWord) {
    EXPECT_EQ(again(R"(["NaN","Infinity","-Infinity"])", DType::float32),
              R"(["NaN","Infinity","-Infinity"])");
    EXPECT_EQ(again(R"(["NaN","Infinity","-Infinity"])", DType::float16),
              R"(["NaN","Infinity","-Infinity"])");
    EXPECT_NE(refusal(R"("NaN")", DType::int32), "taken");
    EXPECT_NE(refusal(R"("nan")", DType::float32), "taken");
}

TEST(Literal, UnevenListsAreRefused) {
    EXPECT_EQ(refusal("[[1,2],[3]]", DType::int32), "its lists are not equally long");
    EXPECT_EQ(refusal("[[1,2],3]", DType::int32), "its lists are not equally deep");
    EXPECT_EQ(refusal("[1,[2]]", DType::int32), "its lists are not equally deep");
    EXPECT_EQ(refusal("[[],[1]]", DType::int32), "its lists are not equally long");
    EXPECT_NE(refusal("[[[[[[[[[1]]]]]]]]]", DType::int32).find("more than 8 axes"),
              std::string::npos);
}

TEST(Literal, WhatIsNoListIsRefused) {
    for (const char* text : {"[1,2", "[1,,2]", "[a]", "", "{}", "[null]", "[{}]"})
        EXPECT_NE(refusal(text, DType::float32), "taken") << text;
}

TEST(Literal, IsToldApartFromAFile) {
    for (const char* word : {"[1]", "[", "3", "-3.5e2", "true", "false"})
        EXPECT_TRUE(is_literal(word)) << word;
    for (const char* word : {"x.npy", "./3", "3.npy", "null", "truely", "", "\"x\"", "{}"})
        EXPECT_FALSE(is_literal(word)) << word;
}

TEST(Values, FloatsAreTheShortestThatGiveTheSameBack) {
    EXPECT_EQ(again("0.1", DType::float32), "0.1");
    EXPECT_EQ(again("0.1", DType::float64), "0.1");
    EXPECT_EQ(again("1.1", DType::bfloat16), "1.1015625");
    EXPECT_EQ(again("16777217", DType::float32), "16777216.0");
}

TEST(Values, AScalarIsNoList) {
    EXPECT_EQ(again("7", DType::uint8), "7");
    EXPECT_EQ(again("[[7]]", DType::uint8), "[[7]]");
    EXPECT_EQ(again("[[],[]]", DType::uint8), "[[],[]]");
}

}  // namespace
}  // namespace samovar::cli
