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

TEST(Bytes, are_read_in_powers_of_1024_and_of_1000) {
    EXPECT_EQ(parse_bytes("512"), 512U);
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("64KiB"), 65'536U);
    EXPECT_EQ(parse_bytes("1.5GiB"), 1'610'612'736U);
    EXPECT_EQ(parse_bytes("2GB"), 2'000'000'000U);
    EXPECT_EQ(parse_bytes("3B"), 3U);
}

TEST(Bytes, of_other_words_are_none) {
    for (const char* word : {"", "GiB", "-1", "5 GiB", "5gib", "5G", "1e3", "nan", "9999999TiB"})
        EXPECT_FALSE(parse_bytes(word)) << word;
}

TEST(Durations, are_one_unit_or_sums_of_them) {
    using namespace std::chrono_literals;
    EXPECT_EQ(parse_duration("30d"), 720h);
    EXPECT_EQ(parse_duration("1w"), 168h);
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("2d12h0m5s250ms"), 60h + 5s + 250ms);
    EXPECT_EQ(parse_duration("99999999999999999999d"), std::nullopt);
    EXPECT_EQ(parse_duration("9999999999999999d"), std::chrono::milliseconds::max());
    EXPECT_EQ(parse_duration("9999999999999999d1h"), std::chrono::milliseconds::max());
}

TEST(Durations, of_other_words_are_none) {
    for (const char* word : {"", "5", "m", "-5m", "+5m", "30m1h", "1h1h", "1.5h", "1h 30m", "1y",
                             "5M", "1h-5m", "h1", "1h30"})
        EXPECT_EQ(parse_duration(word), std::nullopt) << word;
}

TEST(Durations, are_told_as_they_are_read) {
    using namespace std::chrono_literals;
    EXPECT_EQ(duration_in_words(720h), "30d");
    EXPECT_EQ(duration_in_words(90min), "1h30m");
    EXPECT_EQ(duration_in_words(10ms), "10ms");
    EXPECT_EQ(duration_in_words(0ms), "0ms");
}

}  // namespace
}  // namespace samovar::ipc
