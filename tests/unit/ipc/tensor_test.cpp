#include <gtest/gtest.h>

#include <array>
#include <limits>

#include <samovar/tensor.hpp>

namespace samovar::tests {
namespace {

constexpr std::array kAll{DType::float32, DType::float64, DType::float16,      DType::bfloat16,
                          DType::int8,    DType::uint8,   DType::int16,        DType::int32,
                          DType::int64,   DType::boolean, DType::encoded_image};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> bytes_of(DType dtype, const Shape& shape) {
    return tensor_bytes(dtype, shape);
}

TEST(DTypes, HaveANameThatReadsBackAndASize) {
    for (const DType dtype : kAll) {
        EXPECT_EQ(parse_dtype(to_string(dtype)), dtype) << to_string(dtype);
        EXPECT_GT(element_size(dtype), 0U) << to_string(dtype);
    }
}

TEST(DTypes, OutsideTheEnumAreUnknownAndHaveNoSize) {
    for (const unsigned number : {0U, 11U, 31U, 33U, 255U}) {
        const auto dtype = static_cast<DType>(number);
        EXPECT_EQ(to_string(dtype), "unknown");
        EXPECT_EQ(element_size(dtype), 0U);
    }
}

TEST(DTypes, AreNotReadFromOtherWords) {
    for (const std::string_view word : {"", "float", "Float32", "float32 ", "boolean", "unknown"})
        EXPECT_FALSE(parse_dtype(word)) << word;
}

TEST(TensorBytes, AreElementsTimesTheirSize) {
    EXPECT_EQ(bytes_of(DType::uint8, {1080, 1920, 3}), 6'220'800U);
    EXPECT_EQ(bytes_of(DType::float64, {2, 3}), 48U);
    EXPECT_EQ(bytes_of(DType::bfloat16, {7}), 14U);
}

TEST(TensorBytes, OfAScalarAreThoseOfOneElement) {
    EXPECT_EQ(bytes_of(DType::float32, {}), 4U);
}

TEST(TensorBytes, OfAnEmptyTensorAreNoneWhereverTheZeroStands) {
    EXPECT_EQ(bytes_of(DType::float32, {0}), 0U);
    EXPECT_EQ(bytes_of(DType::float32, {5, 0, 3}), 0U);
    EXPECT_EQ(bytes_of(DType::float32, {0, kMost, 3}), std::nullopt);
    EXPECT_EQ(bytes_of(DType::float32, {kMost, 3, 0}), std::nullopt);
}

TEST(TensorBytes, AreNoneThatWouldNotFitSixtyThreeBits) {
    EXPECT_EQ(bytes_of(DType::uint8, {kMost}), kMost);
    EXPECT_EQ(bytes_of(DType::uint8, {kMost + 1}), std::nullopt);
    EXPECT_EQ(bytes_of(DType::int16, {kMost}), std::nullopt);
    EXPECT_EQ(bytes_of(DType::uint8, {1ull << 32, 1ull << 32}), std::nullopt);
    // 2^64 + 8 wraps around to 8.
    EXPECT_EQ(bytes_of(DType::float64, {(1ull << 61) + 1}), std::nullopt);
    EXPECT_EQ(bytes_of(DType::uint8, {std::numeric_limits<std::uint64_t>::max()}), std::nullopt);
}

TEST(TensorBytes, OfAnUnknownElementTypeAreNotCounted) {
    EXPECT_EQ(bytes_of(static_cast<DType>(0), {4}), std::nullopt);
    EXPECT_EQ(bytes_of(static_cast<DType>(99), {}), std::nullopt);
}

TEST(Shapes, PrintAsLists) {
    EXPECT_EQ(to_string(Shape{1080, 1920, 3}), "[1080, 1920, 3]");
    EXPECT_EQ(to_string(Shape{7}), "[7]");
    EXPECT_EQ(to_string(Shape{}), "[]");
}

}  // namespace
}  // namespace samovar::tests
