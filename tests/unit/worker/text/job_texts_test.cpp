#include "daemon/worker/text/job_texts.hpp"

#include <gmock/gmock.h>

#include <samovar/limits.hpp>

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;

Result<JobTexts> taken(const std::string& bytes, const std::vector<std::int64_t>& ends) {
    return JobTexts::take(std::as_bytes(std::span(bytes)), std::as_bytes(std::span(ends)));
}

std::vector<std::string> texts_of(const std::string& bytes, const std::vector<std::int64_t>& ends) {
    const JobTexts texts = taken(bytes, ends).value();
    std::vector<std::string> all;
    for (std::size_t i = 0; i < texts.size(); ++i)
        all.emplace_back(texts[i]);
    return all;
}

std::string problem(const std::string& bytes, const std::vector<std::int64_t>& ends) {
    const Result<JobTexts> texts = taken(bytes, ends);
    if (texts) return "";
    EXPECT_EQ(texts.error().code, Errc::bad_input);
    EXPECT_FALSE(texts.error().hint.empty());
    return texts.error().message;
}

TEST(JobTexts, lie_one_behind_the_other) {
    EXPECT_THAT(texts_of("onetwothree", {3, 6, 11}), ElementsAre("one", "two", "three"));
}

TEST(JobTexts, may_be_empty_each_and_all) {
    EXPECT_THAT(texts_of("one", {0, 3, 3}), ElementsAre("", "one", ""));
    EXPECT_THAT(texts_of("", {0, 0}), ElementsAre("", ""));
}

TEST(JobTexts, may_hold_newlines_and_zeros) {
    const std::string zero("a\0b", 3);
    EXPECT_THAT(texts_of("1\n2" + zero, {3, 6}), ElementsAre("1\n2", zero));
}

TEST(JobTexts, are_refused_where_there_are_none) {
    EXPECT_EQ(problem("", {}), "the job brings no texts");
    EXPECT_EQ(problem("one", {}), "the job brings no texts");
}

TEST(JobTexts, are_refused_where_there_are_too_many) {
    EXPECT_EQ(problem("", std::vector<std::int64_t>(kMaxTexts, 0)), "");
    EXPECT_EQ(problem("", std::vector<std::int64_t>(kMaxTexts + 1, 0)),
              "the job brings 8193 texts, and 8192 are allowed");
}

TEST(JobTexts, are_refused_where_they_have_too_many_bytes) {
    const std::string most(kMaxTextsBytes, 'a');
    std::vector<std::int64_t> ends;
    for (std::size_t end = kMaxOneTextBytes; end <= kMaxTextsBytes; end += kMaxOneTextBytes)
        ends.push_back(static_cast<std::int64_t>(end));
    EXPECT_EQ(problem(most, ends), "");
    EXPECT_EQ(problem(most + "a", ends),
              "the job's texts have 16777217 bytes, and 16777216 are allowed");
}

TEST(JobTexts, are_refused_where_one_alone_is_too_long) {
    const std::string most(kMaxOneTextBytes, 'a');
    EXPECT_EQ(problem("b" + most, {1, kMaxOneTextBytes + 1}), "");
    EXPECT_EQ(problem("b" + most + "a", {1, kMaxOneTextBytes + 2}),
              "text 1 has 1048577 bytes, and 1048576 are allowed");
}

TEST(JobTexts, are_refused_where_an_end_lies_before_its_beginning) {
    EXPECT_EQ(problem("abc", {2, 1, 3}), "text 1 ends at byte 1, before its beginning at 2");
    EXPECT_EQ(problem("abc", {-1, 3}), "text 0 ends at byte -1, before its beginning at 0");
}

TEST(JobTexts, are_refused_where_an_end_lies_behind_the_bytes) {
    EXPECT_EQ(problem("abc", {2, 4}), "text 1 ends at byte 4 of 3");
    EXPECT_EQ(problem("abc", {INT64_MAX}), "text 0 ends at byte 9223372036854775807 of 3");
}

TEST(JobTexts, are_refused_where_bytes_belong_to_none) {
    EXPECT_EQ(problem("abc", {0, 1}), "the last text ends at byte 1 of 3");
}

TEST(JobTexts, are_refused_where_they_are_no_utf_8) {
    EXPECT_EQ(problem("ab\xFFz", {1, 4}), "text 1 is no UTF-8 at its byte 1");
    EXPECT_EQ(problem("\xED\xA0\x80", {3}), "text 0 is no UTF-8 at its byte 0");
}

TEST(JobTexts, are_refused_where_an_end_cuts_a_character) {
    EXPECT_EQ(problem("x\xC3\xA9", {2, 3}), "text 0 is no UTF-8 at its byte 1");
}

TEST(JobTexts, that_are_made_up_are_shared_out_evenly) {
    std::string bytes(10, '\0');
    std::vector<std::int64_t> ends(3);
    make_up_texts(std::as_writable_bytes(std::span(bytes)),
                  std::as_writable_bytes(std::span(ends)));
    EXPECT_THAT(ends, ElementsAre(3, 6, 10));
    EXPECT_EQ(bytes, "a a a a a ");
    EXPECT_EQ(problem(bytes, ends), "");
}

}  // namespace
}  // namespace samovar::worker::text
