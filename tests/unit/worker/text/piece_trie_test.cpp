#include "daemon/worker/text/piece_trie.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "tests/support/text_corpus.hpp"

namespace samovar::worker::text {
namespace {

TEST(PieceTrie, finds_whole_pieces_only) {
    const PieceTrie trie({{"in", 3}, {"inside", 1}, {"out", 2}});
    EXPECT_EQ(trie.find("in"), 3);
    EXPECT_EQ(trie.find("inside"), 1);
    EXPECT_EQ(trie.find("out"), 2);
    EXPECT_EQ(trie.find("ins"), PieceTrie::kNoPiece);
    EXPECT_EQ(trie.find(""), PieceTrie::kNoPiece);
    EXPECT_EQ(trie.find("outside"), PieceTrie::kNoPiece);
}

TEST(PieceTrie, of_pieces_that_are_alike_the_highest_id_counts) {
    const PieceTrie trie({{"a", 7}, {"a", 2}});
    EXPECT_EQ(trie.find("a"), 7);
}

TEST(PieceTrie, without_pieces_nothing_is_found) {
    const PieceTrie trie({});
    EXPECT_EQ(trie.walk("a"), PieceTrie::kNone);
    EXPECT_EQ(trie.find(""), PieceTrie::kNoPiece);
}

TEST(PieceTrie, finds_what_a_map_finds) {
    std::map<std::string, std::int32_t> map;
    for (std::uint64_t i = 0; i < 2000; ++i)
        map.emplace(tests::mixed_text(i).substr(0, 1 + i % 9), static_cast<std::int32_t>(i));
    std::vector<Piece> pieces;
    for (const auto& [text, id] : map)
        pieces.push_back({text, id});
    const PieceTrie trie(pieces);
    for (std::uint64_t i = 0; i < 4000; ++i) {
        const std::string text = tests::mixed_text(i).substr(0, 1 + i % 11);
        const auto known = map.find(text);
        EXPECT_EQ(trie.find(text), known == map.end() ? PieceTrie::kNoPiece : known->second);
    }
}

}  // namespace
}  // namespace samovar::worker::text
