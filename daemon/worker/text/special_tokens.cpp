#include "daemon/worker/text/special_tokens.hpp"

#include <algorithm>
#include <utility>

namespace samovar::worker::text {

SpecialTokens::SpecialTokens(std::vector<SpecialToken> tokens) : tokens_(std::move(tokens)) {
    std::stable_sort(tokens_.begin(), tokens_.end(),
                     [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
    for (const SpecialToken& token : tokens_)
        begins_[static_cast<unsigned char>(token.text.front())] = true;
}

std::optional<SpecialTokens::Found> SpecialTokens::next(std::string_view text,
                                                        std::size_t from) const {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (!begins_[static_cast<unsigned char>(text[at])]) continue;
        for (const SpecialToken& token : tokens_)
            if (text.substr(at).starts_with(token.text))
                return Found{at, token.text.size(), token.id};
    }
    return std::nullopt;
}

}  // namespace samovar::worker::text
