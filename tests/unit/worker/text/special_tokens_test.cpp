#include "daemon/worker/text/special_tokens.hpp"

#include <gmock/gmock.h>

namespace samovar::worker::text {
namespace {

TEST(SpecialTokens, the_first_in_the_text_is_found) {
    const SpecialTokens tokens({{"[SEP]", 3}, {"[CLS]", 2}});
    const auto found = tokens.next("a [[CLS][SEP]", 0);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->at, 3u);
    EXPECT_EQ(found->bytes, 5u);
    EXPECT_EQ(found->id, 2);
    EXPECT_EQ(tokens.next("a [[CLS][SEP]", 4)->id, 3);
}

TEST(SpecialTokens, of_those_at_one_place_the_longest_is_found) {
    const SpecialTokens tokens({{"<a>", 1}, {"<a><b>", 2}});
    EXPECT_EQ(tokens.next("x<a><b>", 0)->id, 2);
    EXPECT_EQ(tokens.next("x<a><c>", 0)->id, 1);
}

TEST(SpecialTokens, other_case_and_cut_ones_are_text) {
    const SpecialTokens tokens({{"[SEP]", 3}});
    EXPECT_FALSE(tokens.next("[sep] [SEP", 0));
    EXPECT_FALSE(SpecialTokens().next("[SEP]", 0));
}

}  // namespace
}  // namespace samovar::worker::text
