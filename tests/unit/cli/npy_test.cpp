#include "client/cli/npy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "client/cli/half.hpp"

namespace samovar::cli {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const std::string& text) {
    Bytes bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

// A file of version 1.0 with this header, and so many zero bytes behind it.
Bytes file_with(const std::string& header, std::size_t elements) {
    std::string text("\x93NUMPY\x01\x00", 8);
    text += static_cast<char>(header.size() & 0xFF);
    text += static_cast<char>(header.size() >> 8);
    return bytes_of(text + header + std::string(elements, '\0'));
}

Bytes file_of(const std::string& descr, const std::string& order, const std::string& shape,
              std::size_t elements) {
    return file_with(
        "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n",
        elements);
}

std::string refusal(const Bytes& file) {
    const Result<Npy> npy = parse_npy(file);
    if (npy) return "taken";
    EXPECT_EQ(npy.error().code, Errc::bad_input);
    return npy.error().message;
}

TEST(Npy, WhatIsWrittenIsReadBack) {
    for (const DType dtype :
         {DType::float32, DType::float64, DType::float16, DType::int8, DType::uint8, DType::int16,
          DType::int32, DType::int64, DType::boolean})
        for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{0}, Shape{1, 0, 5},
                                   Shape{1, 1, 1, 1, 1, 1, 1, 2}}) {
            Bytes elements(*tensor_bytes(dtype, shape));
            for (std::size_t i = 0; i < elements.size(); ++i)
                elements[i] = std::byte(i * 7);
            const Bytes file = make_npy(dtype, shape, elements);
            const Result<Npy> npy = parse_npy(file);
            ASSERT_TRUE(npy) << npy.error().message;
            EXPECT_EQ(npy->dtype, dtype);
            EXPECT_EQ(npy->shape, shape);
            EXPECT_EQ(Bytes(npy->elements.begin(), npy->elements.end()), elements);
        }
}

TEST(Npy, TheHeaderIsThatOfNumPyByteForByte) {
    const std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const Bytes file = make_npy(DType::float32, {2, 3}, Bytes(24));
    ASSERT_EQ(file.size(), 128U + 24U);
    const std::string text(reinterpret_cast<const char*>(file.data()), 128);
    EXPECT_EQ(text, expected + header + std::string(128 - 10 - header.size() - 1, ' ') + "\n");
}

TEST(Npy, AOneTupleHasItsComma) {
    const Bytes file = make_npy(DType::uint8, {4}, Bytes(4));
    const std::string text(reinterpret_cast<const char*>(file.data()), file.size());
    EXPECT_NE(text.find("'shape': (4,), }"), text.npos) << text;
    const Bytes scalar = make_npy(DType::uint8, {}, Bytes(1));
    const std::string words(reinterpret_cast<const char*>(scalar.data()), scalar.size());
    EXPECT_NE(words.find("'shape': (), }"), words.npos) << words;
}

TEST(Npy, BFloat16IsWrittenAsFloat32) {
    const std::uint16_t one_and_a_half = bfloat16_of_float(1.5F);
    Bytes elements(2);
    std::memcpy(elements.data(), &one_and_a_half, 2);
    const Bytes file = make_npy(DType::bfloat16, {1}, elements);
    const Result<Npy> npy = parse_npy(file);
    ASSERT_TRUE(npy);
    EXPECT_EQ(npy->dtype, DType::float32);
    float value = 0;
    std::memcpy(&value, npy->elements.data(), 4);
    EXPECT_EQ(value, 1.5F);
}

TEST(Npy, OtherWaysToWriteTheSameHeaderAreRead) {
    for (const char* header :
         {"{\"shape\":(2,),\"descr\":\"<i2\",\"fortran_order\":False}",
          "{ 'fortran_order' : True , 'descr' : '<i2' , 'shape' : ( 2 , ) , }   \n"}) {
        const Bytes file = file_with(header, 4);
        const Result<Npy> npy = parse_npy(file);
        ASSERT_TRUE(npy) << header << npy.error().message;
        EXPECT_EQ(npy->dtype, DType::int16);
        EXPECT_EQ(npy->shape, Shape{2});
    }
    EXPECT_EQ(refusal(file_of("<u1", "False", "(2,)", 2)), "taken") << "one byte has no order";
}

TEST(Npy, TheLongHeaderOfVersion2IsRead) {
    const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n";
    std::string text("\x93NUMPY\x02\x00", 8);
    text += static_cast<char>(header.size());
    text += std::string(3, '\0') + header + "abc";
    const Bytes file = bytes_of(text);
    const Result<Npy> npy = parse_npy(file);
    ASSERT_TRUE(npy) << npy.error().message;
    EXPECT_EQ(npy->elements.size(), 3U);
    EXPECT_EQ(npy->elements.front(), std::byte{'a'});
}

TEST(Npy, WhatSamovarDoesNotCarryIsRefusedWithTheWayOut) {
    EXPECT_EQ(refusal(file_of(">f4", "False", "(1,)", 4)), "the array is big-endian (>f4)");
    EXPECT_EQ(refusal(file_of("<f4", "True", "(1, 1)", 4)), "the array is in Fortran order");
    EXPECT_NE(refusal(file_of("<c8", "False", "(1,)", 8)).find("<c8 is none"), std::string::npos);
    EXPECT_NE(refusal(file_of("<u2", "False", "(1,)", 2)).find("<u2 is none"), std::string::npos);
    EXPECT_NE(refusal(file_of("|O", "False", "(1,)", 8)).find("|O is none"), std::string::npos);
    EXPECT_NE(refusal(file_with("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, "
                                "'shape': (1,)}",
                                8))
                  .find("a record is none"),
              std::string::npos);
    EXPECT_NE(refusal(file_of("<f4", "False", "(1,1,1,1,1,1,1,1,1)", 4)).find("9 axes"),
              std::string::npos);
}

TEST(Npy, TooFewAndTooManyBytesAreRefused) {
    EXPECT_EQ(refusal(file_of("<f4", "False", "(2,)", 7)),
              "the .npy file holds 7 bytes of elements where its shape [2] makes 8");
    EXPECT_EQ(refusal(file_of("<f4", "False", "(2,)", 9)),
              "the .npy file holds 9 bytes of elements where its shape [2] makes 8");
    EXPECT_NE(refusal(file_of("<f8", "False", "(4294967296, 4294967296)", 0)).find("impossible"),
              std::string::npos);
}

TEST(Npy, BrokenHeadersAreRefused) {
    for (const char* header :
         {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
          "{'descr': '<f4', 'fortran_order': no, 'shape': (1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
          "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
          "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
          "{'descr': [('a', '<f4'), 'fortran_order': False, 'shape': (1,)}"})
        EXPECT_EQ(refusal(file_with(header, 4)), "the header of the .npy file is broken") << header;
}

TEST(Npy, EveryCutOffFileIsRefused) {
    const Bytes whole = make_npy(DType::float32, {2, 3}, Bytes(24));
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(parse_npy(std::span(whole).first(length))) << length;
}

TEST(Npy, NoFlippedByteBreaksTheReader) {
    const Bytes whole = make_npy(DType::float32, {2, 3}, Bytes(24));
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const unsigned value : {0x00U, 0xFFU, 0x28U, 0x7BU}) {
            Bytes file = whole;
            file[at] = std::byte(value);
            const Result<Npy> npy = parse_npy(file);
            if (npy) {
                EXPECT_LE(npy->elements.size(), 24U);
            }
        }
}

TEST(Npy, OtherFilesAreToldApart) {
    EXPECT_FALSE(is_npy(bytes_of("\x89PNG\r\n")));
    EXPECT_FALSE(is_npy({}));
    EXPECT_TRUE(is_npy(make_npy(DType::uint8, {}, Bytes(1))));
    EXPECT_EQ(refusal(bytes_of("PK\x03\x04 an .npz")), "the file is no .npy file");
}

}  // namespace
}  // namespace samovar::cli
