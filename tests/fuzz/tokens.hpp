#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/fuzz/must.hpp"

namespace samovar::fuzz {

// What holds of the tokens of any text.
inline void check_tokens(const worker::text::Tokenizer& tokenizer, std::string_view text) {
    const worker::text::Tokens whole = tokenizer.encode(text, SIZE_MAX);
    must(whole.ids.size() >= 2 && whole.cut == 0, "without a limit nothing is cut");
    for (const std::int32_t id : whole.ids)
        must(id >= 0 && static_cast<std::size_t>(id) < tokenizer.vocabulary_size(),
             "every id is one of the vocabulary");

    constexpr std::size_t kLimit = 7;
    const worker::text::Tokens cut = tokenizer.encode(text, kLimit);
    must(cut.ids.size() == std::min(kLimit, whole.ids.size()), "the limit is kept");
    must(cut.ids.size() + cut.cut == whole.ids.size(), "what was cut is counted");
    must(std::equal(cut.ids.begin(), cut.ids.end() - 1, whole.ids.begin()) &&
             cut.ids.back() == whole.ids.back(),
         "a cut text keeps its beginning and its frame");
}

}  // namespace samovar::fuzz
