#include "daemon/worker/engine/safetensors.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

namespace samovar::worker {
namespace {

using testing::HasSubstr;

std::vector<std::byte> file(const std::string& header, std::size_t data) {
    std::vector<std::byte> bytes(8 + header.size() + data);
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
}

// One header of 64 bytes' multiple, so that tensors are as aligned as their offsets.
std::vector<std::byte> aligned(std::string header, std::size_t data) {
    header.append((64 - (8 + header.size()) % 64) % 64, ' ');
    return file(header, data);
}

std::string problem(const std::string& header, std::size_t data) {
    const auto tensors = parse_safetensors_header(aligned(header, data));
    if (tensors) return "";
    EXPECT_EQ(tensors.error().code, Errc::bad_model);
    return tensors.error().message;
}

TEST(Safetensors, gives_the_tensors_in_the_order_of_the_file) {
    const auto tensors = parse_safetensors_header(
        aligned(R"({"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
                R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                R"("none":{"dtype":"BF16","shape":[0,7],"data_offsets":[24,24]},)"
                R"("__metadata__":{"format":"pt"}})",
                32));
    ASSERT_TRUE(tensors);
    ASSERT_EQ(tensors->size(), 3U);
    EXPECT_EQ((*tensors)[0].name, "a");
    EXPECT_EQ((*tensors)[0].dtype, DType::float32);
    EXPECT_EQ((*tensors)[0].shape, (Shape{2, 3}));
    EXPECT_EQ((*tensors)[0].bytes, 24U);
    EXPECT_EQ((*tensors)[0].offset % 64, 0U);
    EXPECT_EQ((*tensors)[1].name, "none");
    EXPECT_EQ((*tensors)[2].offset, (*tensors)[0].offset + 24);
}

TEST(Safetensors, without_tensors_is_one) {
    const auto tensors = parse_safetensors_header(file("{}", 0));
    ASSERT_TRUE(tensors);
    EXPECT_TRUE(tensors->empty());
}

TEST(Safetensors, knows_each_element_type) {
    for (const char* word : {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"})
        EXPECT_EQ(problem(R"({"a":{"dtype":")" + std::string(word) +
                              R"(","shape":[0],"data_offsets":[0,0]}})",
                          0),
                  "")
            << word;
    EXPECT_THAT(problem(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1),
                HasSubstr("F8_E4M3"));
}

TEST(Safetensors, that_end_too_early_are_refused) {
    const auto whole = aligned(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", 16);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_safetensors_header(std::span(whole).first(size))) << size;
    EXPECT_TRUE(parse_safetensors_header(whole));
}

TEST(Safetensors, with_a_header_that_lies_about_its_length_are_refused) {
    auto bytes = file("{}", 0);
    for (const std::uint64_t length :
         {std::uint64_t{3}, kMaxSafetensorsHeaderBytes + 1, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
        std::memcpy(bytes.data(), &length, 8);
        EXPECT_FALSE(parse_safetensors_header(bytes)) << length;
    }
}

TEST(Safetensors, with_a_header_that_is_no_object_are_refused) {
    for (const char* header :
         {"", "[]", "7", "{", "{}x", "null", R"({"a":[]})", R"({"a":{}})", "\xff"})
        EXPECT_FALSE(parse_safetensors_header(file(header, 0))) << header;
}

TEST(Safetensors, that_nest_deeply_are_refused_without_recursion) {
    EXPECT_FALSE(parse_safetensors_header(file(std::string(1 << 20, '['), 0)));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    EXPECT_FALSE(parse_safetensors_header(file(objects, 0)));
}

TEST(Safetensors, that_name_something_twice_are_refused) {
    EXPECT_NE(problem(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                      R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                      2),
              "");
    EXPECT_NE(problem(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
              "");
}

TEST(Safetensors, whose_entries_are_not_of_the_three_fields_are_refused) {
    for (const char* entry : {R"({"dtype":"U8","shape":[1]})",
                              R"({"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1})",
                              R"({"dtype":8,"shape":[1],"data_offsets":[0,1]})",
                              R"({"dtype":"U8","shape":1,"data_offsets":[0,1]})",
                              R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})",
                              R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})",
                              R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]})",
                              R"({"dtype":"U8","shape":[1],"data_offsets":[0]})",
                              R"({"dtype":"U8","shape":[1],"data_offsets":[1,0]})",
                              R"({"dtype":"U8","shape":[1],"data_offsets":["0","1"]})"})
        EXPECT_THAT(problem("{\"a\":" + std::string(entry) + "}", 1), HasSubstr("'a'")) << entry;
}

TEST(Safetensors, whose_bytes_and_shape_differ_are_refused) {
    EXPECT_THAT(problem(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}})", 16),
                HasSubstr("does not fill"));
    EXPECT_THAT(
        problem(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0),
        HasSubstr("does not fill"));
}

TEST(Safetensors, outside_the_file_are_refused) {
    EXPECT_THAT(problem(R"({"a":{"dtype":"U8","shape":[17],"data_offsets":[0,17]}})", 16),
                HasSubstr("cut short"));
    EXPECT_THAT(
        problem(
            R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[18446744073709551615,18446744073709551615]}})",
            16),
        HasSubstr("cut short"));
}

TEST(Safetensors, that_overlap_are_refused) {
    EXPECT_THAT(problem(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                        R"("b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})",
                        7),
                testing::AllOf(HasSubstr("'a'"), HasSubstr("'b'"), HasSubstr("overlaps")));
    EXPECT_THAT(problem(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
                        R"("b":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}})",
                        8),
                HasSubstr("overlaps"));
}

TEST(Safetensors, that_are_not_aligned_to_their_elements_are_refused) {
    EXPECT_THAT(problem(R"({"p":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                        R"("a":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
                        6),
                HasSubstr("multiple"));
}

}  // namespace
}  // namespace samovar::worker
