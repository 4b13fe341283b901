#include "ipc/words.hpp"

#include <gtest/gtest.h>

#include <array>

namespace samovar::ipc {
namespace {

constexpr std::array<std::string_view, 4> kKeys{"dtype", "shape", "name", "std"};

TEST(CountOf, has_no_plural_for_one) {
    EXPECT_EQ(count_of(0, "job"), "0 jobs");
    EXPECT_EQ(count_of(1, "job"), "1 job");
    EXPECT_EQ(count_of(2, "job"), "2 jobs");
}

TEST(NearestWord, is_found_where_letters_are_missing_wrong_or_too_many) {
    for (const char* misspelt : {"dtyp", "dtpye", "ddtype", "dType"})
        EXPECT_EQ(nearest_word(misspelt, kKeys), "dtype") << misspelt;
    EXPECT_EQ(nearest_word("nmae", kKeys), "name");
}

TEST(NearestWord, is_the_nearest_of_several) {
    constexpr std::array<std::string_view, 3> words{"unload", "load", "reload"};
    EXPECT_EQ(nearest_word("lod", words), "load");
    EXPECT_EQ(nearest_word("relod", words), "reload");
}

TEST(NearestWord, is_none_where_the_word_is_another) {
    for (const char* other : {"colour", "x", "", "type_of_data", "s"})
        EXPECT_EQ(nearest_word(other, kKeys), "") << other;
    EXPECT_EQ(nearest_word("dtyp", {}), "");
}

TEST(Bytes, are_a_number_and_a_unit_of_two_to_some_power) {
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("4096"), 4096U);
    EXPECT_EQ(parse_bytes("3KiB"), 3072U);
    EXPECT_EQ(parse_bytes("512MiB"), 536'870'912U);
    EXPECT_EQ(parse_bytes("2GiB"), 2'147'483'648U);
    EXPECT_EQ(parse_bytes("1TiB"), 1'099'511'627'776U);
}

TEST(Bytes, are_none_of_other_words) {
    for (const char* word : {"", "MiB", "1MB", "1 MiB", "1mib", "-1", "1.5GiB", "9000000TiB"})
        EXPECT_EQ(parse_bytes(word), std::nullopt) << word;
}

}  // namespace
}  // namespace samovar::ipc
