#include "daemon/worker/text/bert_text.hpp"

#include <utility>

#include "daemon/worker/text/code_points.hpp"
#include "daemon/worker/text/normal_form.hpp"
#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

// Nothing below decomposes, or is a mark.
constexpr char32_t kFirstDecomposed = 0xC0;

std::u32string cleaned(std::string_view text, const BertRules& rules) {
    std::u32string clean;
    clean.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        if (is_dropped(c)) continue;
        if (is_white_space(c)) {
            clean += U' ';
        } else if (rules.space_chinese && is_chinese(c)) {
            clean += U' ';
            clean += c;
            clean += U' ';
        } else {
            clean += c;
        }
    }
    return clean;
}

std::u32string without_accents(std::u32string_view text) {
    std::u32string stripped;
    stripped.reserve(text.size());
    const auto inert = [](char32_t c) { return c < kFirstDecomposed; };
    for (std::size_t at = 0; at < text.size();) {
        if (inert(text[at])) {
            stripped += text[at++];
            continue;
        }
        const std::size_t start = at;
        while (at < text.size() && !inert(text[at]))
            ++at;
        for (const char32_t c : decomposed(text.substr(start, at - start)))
            if (!is_nonspacing_mark(c)) stripped += c;
    }
    return stripped;
}

void make_lower(std::u32string& text) {
    constexpr char32_t kDottedI = 0x130;
    if (text.find(kDottedI) == std::u32string::npos) {
        for (char32_t& c : text)
            c = lower(c);
        return;
    }
    std::u32string lowered;
    for (const char32_t c : text)
        if (c == kDottedI)
            lowered += U"i\u0307";
        else
            lowered += lower(c);
    text = std::move(lowered);
}

}  // namespace

std::u32string bert_normalised(std::string_view text, const BertRules& rules) {
    std::u32string normalised = cleaned(text, rules);
    if (rules.strip_accents.value_or(rules.lower_case)) normalised = without_accents(normalised);
    if (rules.lower_case) make_lower(normalised);
    return normalised;
}

void each_bert_word(std::u32string_view text,
                    const std::function<void(std::u32string_view word)>& take) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool space = is_white_space(text[at]);
        if (!space && !is_punctuation(text[at])) continue;
        if (at > start) take(text.substr(start, at - start));
        if (!space) take(text.substr(at, 1));
        start = at + 1;
    }
    if (start < text.size()) take(text.substr(start));
}

}  // namespace samovar::worker::text
