// The header of a .npy file, as numpy.save() writes it.

#include "daemon/models/npy.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

// A file of version 1 with this dictionary, and so many bytes of elements.
std::string file_of(std::string dictionary, std::size_t bytes) {
    while ((10 + dictionary.size() + 1) % 64 != 0)
        dictionary += ' ';
    dictionary += '\n';
    std::string text = std::string("\x93NUMPY\x01", 7) + '\0';
    text += static_cast<char>(dictionary.size() & 0xFF);
    text += static_cast<char>(dictionary.size() >> 8);
    return text + dictionary + std::string(bytes, 'e');
}

Result<NpyHeader> parse(const std::string& text) {
    return parse_npy_header(text, text.size());
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& fortran = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

TEST(Npy, tells_type_shape_and_where_its_elements_begin) {
    const Result<NpyHeader> header = parse(file_of(dictionary("<f4", "(2, 3)"), 24));
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->dtype, DType::float32);
    EXPECT_EQ(header->shape, (Shape{2, 3}));
    EXPECT_EQ(header->data % 64, 0U);
}

TEST(Npy, may_hold_one_axis_or_none) {
    EXPECT_EQ(parse(file_of(dictionary("|u1", "(5,)"), 5))->shape, Shape{5});
    EXPECT_TRUE(parse(file_of(dictionary("<i8", "()"), 8))->shape.empty());
}

TEST(Npy, that_cannot_be_used_is_refused_with_the_reason) {
    const auto fault = [](const std::string& text) {
        const Result<NpyHeader> header = parse(text);
        return header ? std::string("none") : header.error().message;
    };
    EXPECT_THAT(fault("PK\x03\x04 and so on"), HasSubstr("does not begin as one"));
    EXPECT_THAT(fault(""), HasSubstr("does not begin as one"));
    EXPECT_THAT(fault(file_of(dictionary("<c8", "(1,)"), 8)), HasSubstr("type <c8"));
    EXPECT_THAT(fault(file_of(dictionary(">f4", "(1,)"), 4)), HasSubstr("type >f4"));
    EXPECT_THAT(fault(file_of(dictionary("<f4", "(1,)", "True"), 4)), HasSubstr("C order"));
    EXPECT_THAT(fault(file_of(dictionary("<f4", "(2,)"), 4)), HasSubstr("its length"));
    EXPECT_THAT(fault(file_of(dictionary("<f4", "(-1,)"), 4)), HasSubstr("its shape"));
    EXPECT_THAT(fault(file_of(dictionary("<f4", "(2"), 8)), HasSubstr("its shape"));
    EXPECT_THAT(fault(file_of("{}", 0)), HasSubstr("no plain type"));
    EXPECT_THAT(fault(file_of(dictionary("<f4", "(1,)"), 4).substr(0, 40)), HasSubstr("cut short"));
}

}  // namespace
}  // namespace samovar::daemon
