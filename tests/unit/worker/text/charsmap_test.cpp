// The rules are those of tests/data/tokenizers/spm.model: a part of NFKC, and U+0600 -> P.

#include "daemon/worker/text/charsmap.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

#include "daemon/worker/text/spm_file.hpp"

namespace samovar::worker::text {
namespace {

using testing::HasSubstr;

std::string rules() {
    std::ifstream file(SAMOVAR_TEST_DATA "/tokenizers/spm.model", std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return parse_spm(content, "spm.model").value().charsmap;
}

std::string normalised(std::string_view text) {
    return Charsmap::parse(rules(), "spm.model").value().normalised(text);
}

std::string problem(std::string_view charsmap) {
    const auto parsed = Charsmap::parse(charsmap, "spm.model");
    return parsed ? "" : parsed.error().message;
}

TEST(Charsmap, what_no_rule_names_stays) {
    EXPECT_EQ(normalised("plain, \u6771\u4EAC \U0001F600"), "plain, \u6771\u4EAC \U0001F600");
}

TEST(Charsmap, characters_are_rewritten_grown_and_dropped) {
    EXPECT_EQ(normalised("\uFF21\u2122\uFB01\u00ADz\u3000."), "ATMfiz .");
}

TEST(Charsmap, letters_and_their_marks_are_composed) {
    EXPECT_EQ(normalised("e\u0301"), "\u00E9");
}

// The reference looks up a short cluster as one and takes the first rule that fits its beginning.
TEST(Charsmap, the_rest_of_a_short_cluster_goes_with_its_first_rule) {
    EXPECT_EQ(normalised("\u00BD\u0308"), "1\u20442");
    EXPECT_EQ(normalised("\u00BD\u0308\u0308"), "1\u20442\u0308\u0308");
    EXPECT_EQ(normalised("\r\n"), " ");
    EXPECT_EQ(normalised("\u0600\u00BD"), "P");
}

TEST(Charsmap, without_rules_all_stays) {
    EXPECT_EQ(Charsmap().normalised("\uFB01\r\n"), "\uFB01\r\n");
    EXPECT_EQ(problem(""), "");
}

TEST(Charsmap, sizes_that_do_not_fit_are_refused) {
    const std::string whole = rules();
    EXPECT_THAT(problem("abc"), HasSubstr("spm.model has normalising rules that are cut short"));
    EXPECT_THAT(problem(std::string(4, '\0')), HasSubstr("malformed"));
    EXPECT_THAT(problem(whole.substr(0, 100)), HasSubstr("cut short"));
    EXPECT_THAT(problem(whole + "\xFF"), HasSubstr("no UTF-8"));
}

TEST(Charsmap, a_rule_that_leads_out_of_the_array_is_none) {
    // One unit whose children would lie far behind it.
    const std::string far{4, 0, 0, 0, 0, '\xFF', '\xFF', 0x7F};
    EXPECT_EQ(Charsmap::parse(far, "spm.model").value().normalised("a\uFB01"), "a\uFB01");
}

}  // namespace
}  // namespace samovar::worker::text
