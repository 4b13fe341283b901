#include "daemon/worker/text/unigram.hpp"

#include <algorithm>
#include <utility>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

constexpr double kUnknownPenalty = 10;

}  // namespace

Unigram::Unigram(std::vector<Piece> pieces, std::vector<float> scores, std::int32_t unknown)
    : pieces_(std::move(pieces)),
      scores_(std::move(scores)),
      unknown_(unknown),
      unknown_score_(double{*std::min_element(scores_.begin(), scores_.end())} - kUnknownPenalty) {}

void Unigram::search(std::string_view word, Steps& steps) const {
    steps.assign(word.size() + 1, {});
    for (std::size_t at = 0; at < word.size();) {
        std::size_t behind = at;
        next_code_point(word, behind);
        const double so_far = steps[at].score;
        const auto offer = [&](std::size_t end, double score, std::int32_t id) {
            Step& step = steps[end];
            if (step.id < 0 || score > step.score)
                step = {score, static_cast<std::uint32_t>(at), id};
        };
        bool covered = false;
        PieceTrie::Node node = PieceTrie::kRoot;
        for (std::size_t end = at; end < word.size();) {
            node = pieces_.child(node, word[end++]);
            if (node == PieceTrie::kNone) break;
            const std::int32_t id = pieces_.id(node);
            if (id == PieceTrie::kNoPiece) continue;
            offer(end, double{scores_[static_cast<std::size_t>(id)]} + so_far, id);
            covered = covered || end == behind;
        }
        if (!covered) offer(behind, unknown_score_ + so_far, unknown_);
        at = behind;
    }
}

void Unigram::append(std::string_view word, std::vector<std::int32_t>& ids, Steps& steps) const {
    search(word, steps);
    const auto first = static_cast<std::ptrdiff_t>(ids.size());
    for (std::size_t end = word.size(); end > 0;) {
        std::int32_t id = steps[end].id;
        std::size_t begin = steps[end].before;
        if (id == unknown_) {
            while (begin > 0 && steps[begin].id == unknown_)
                begin = steps[begin].before;
            // A run may spell a piece that was too unlikely as one.
            const std::int32_t spelt = pieces_.find(word.substr(begin, end - begin));
            if (spelt != PieceTrie::kNoPiece) id = spelt;
        }
        ids.push_back(id);
        end = begin;
    }
    std::reverse(ids.begin() + first, ids.end());
}

}  // namespace samovar::worker::text
