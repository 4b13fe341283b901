#pragma once
// The most likely pieces of a word.

#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/worker/text/piece_trie.hpp"

namespace samovar::worker::text {

class Unigram {
  public:
    // `scores`: the logarithm of each piece's likelihood, by id. `unknown` is an id.
    Unigram(std::vector<Piece> pieces, std::vector<float> scores, std::int32_t unknown);

    // Room for the search, so that one text's words share it.
    struct Step {
        double score = 0;          // of the best way to here
        std::uint32_t before = 0;  // where its last piece begins
        std::int32_t id = -1;      // that piece; below 0 where no way leads here
    };
    using Steps = std::vector<Step>;

    // Appends the ids of the pieces of `word` (UTF-8) whose scores have the highest sum; of equal
    // sums the one whose last piece is longer. A character that no piece covers costs 10 more than
    // the least likely piece; a run of those is one unknown piece. Sums are double and made from
    // left to right, as in the reference: another order or precision would decide ties differently.
    void append(std::string_view word, std::vector<std::int32_t>& ids, Steps& steps) const;

  private:
    void search(std::string_view word, Steps& steps) const;

    PieceTrie pieces_;
    std::vector<float> scores_;
    std::int32_t unknown_;
    double unknown_score_;
};

}  // namespace samovar::worker::text
