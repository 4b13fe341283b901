// The layout of every primitive, byte for byte, as docs/protocol.md gives it.

#include "ipc/wire/codec.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "ipc/wire/worker_messages.hpp"
#include "tests/support/golden.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::CodecFault;

template <class... Fields>
std::string written(const Fields&... fields) {
    Bytes out;
    ipc::Writer writer(out);
    writer(fields...);
    return to_hex(out);
}

template <class Field>
Field read(std::string_view hex) {
    const Bytes in = from_hex(hex);
    ipc::Reader reader(in);
    Field field{};
    reader(field);
    if (reader.remaining() != 0) throw CodecFault("bytes are left");
    return field;
}

TEST(Codec, BeginsEveryBodyWithTheMarkOfLittleEndian) {
    Bytes out;
    const ipc::Writer writer(out);
    EXPECT_EQ(to_hex(out), "01\n");
}

TEST(Codec, WritesIntegersLeastSignificantByteFirst) {
    EXPECT_EQ(written(std::uint8_t{0xab}), "01 ab\n");
    EXPECT_EQ(written(std::uint16_t{0xabcd}), "01 cd ab\n");
    EXPECT_EQ(written(std::uint32_t{0x01020304}), "01 04 03 02 01\n");
    EXPECT_EQ(written(std::uint64_t{0x0102030405060708}), "01 08 07 06 05 04 03 02 01\n");
}

TEST(Codec, WritesFloatsAsIeee754) {
    EXPECT_EQ(written(1.0F), "01 00 00 80 3f\n");
}

TEST(Codec, WritesATruthValueAsOneByte) {
    EXPECT_EQ(written(true, false), "01 01 00\n");
}

TEST(Codec, WritesAStringAsItsLengthInEightBytesAndItsBytes) {
    std::string text = "mask";
    EXPECT_EQ(written(ipc::bounded(text, 4)), "01 04 00 00 00 00 00 00 00 6d 61 73 6b\n");
    text.clear();
    EXPECT_EQ(written(ipc::bounded(text, 4)), "01 00 00 00 00 00 00 00 00\n");
}

TEST(Codec, WritesAVectorAsItsCountInEightBytesAndItsElements) {
    Shape shape{2, 3};
    EXPECT_EQ(written(ipc::bounded(shape, kMaxRank)),
              "01 02 00 00 00 00 00 00 00 02 00 00 00 00 00 00\n"
              "00 03 00 00 00 00 00 00 00\n");
}

TEST(Codec, WritesAnEnumAsTheIntegerUnderIt) {
    DType dtype = DType::uint8;
    EXPECT_EQ(written(ipc::as_integer(dtype)), "01 06\n");
}

TEST(Codec, ReadsTheLargestAndTheSmallest) {
    EXPECT_EQ(read<std::uint64_t>("01 ff ff ff ff ff ff ff ff"),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(read<std::uint8_t>("01 00"), 0);
    EXPECT_EQ(read<bool>("01 00"), false);
    EXPECT_EQ(read<bool>("01 01"), true);
}

TEST(Codec, ThrowsWhereTheBodyEndsInsideAField) {
    EXPECT_THROW(read<std::uint32_t>("01 ff ff ff"), CodecFault);
    EXPECT_THROW(read<std::uint8_t>("01"), CodecFault);
}

TEST(Codec, ThrowsOnABodyWithoutAMark) {
    EXPECT_THROW(read<std::uint8_t>(""), CodecFault);
}

TEST(Codec, ThrowsOnATruthValueThatIsNone) {
    EXPECT_THROW(read<bool>("01 02"), CodecFault);
}

TEST(Codec, TakesAFieldOfExactlyItsLimitAndNoMore) {
    const Bytes four = from_hex("01 04 00 00 00 00 00 00 00 61 62 63 64");
    std::string text;
    ipc::Reader fits(four);
    fits(ipc::bounded(text, 4));
    EXPECT_EQ(text, "abcd");
    ipc::Reader too_long(four);
    EXPECT_THROW(too_long(ipc::bounded(text, 3)), CodecFault);
    Bytes out;
    ipc::Writer writer(out);
    EXPECT_THROW(writer(ipc::bounded(text, 3)), CodecFault);
}

TEST(Codec, ChecksACountAgainstTheBytesOfItsElements) {
    // Two sizes of 8 bytes are announced and 15 bytes follow.
    const Bytes in =
        from_hex("01 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    Shape shape;
    ipc::Reader reader(in);
    EXPECT_THROW(reader(ipc::bounded(shape, kMaxRank)), CodecFault);
}

TEST(Codec, ReplacesWhatAFieldHeldBefore) {
    std::vector<ipc::Param> params{{"old", "value"}, {"older", "value"}};
    const Bytes none = from_hex("01 00 00 00 00 00 00 00 00");
    ipc::Reader reader(none);
    reader(ipc::bounded(params, kMaxParams));
    EXPECT_TRUE(params.empty());
}

}  // namespace
}  // namespace samovar::tests
