#pragma once
// What BERT does to a text before it looks for pieces: clean, space, strip, lower, split.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace samovar::worker::text {

struct BertRules {
    bool lower_case = true;
    std::optional<bool> strip_accents = {};  // as lower_case where it is not said
    bool space_chinese = true;               // each Chinese character is a word of its own
};

// The text (UTF-8) by `rules`, as code points:
//   1. control and format characters are dropped, white space becomes U+0020;
//   2. Chinese characters get spaces around them;
//   3. canonical decomposition (of Unicode 9, as in the reference), and non-spacing marks dropped;
//   4. lower case, each character for itself.
std::u32string bert_normalised(std::string_view text, const BertRules& rules);

// The words of a normalised text, in order: what stands between white space, each punctuation
// character for itself. Never empty ones.
void each_bert_word(std::u32string_view text,
                    const std::function<void(std::u32string_view word)>& take);

}  // namespace samovar::worker::text
