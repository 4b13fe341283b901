#include "daemon/worker/text/bert_text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "daemon/worker/text/code_points.hpp"
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

// Canonical decomposition as of Unicode 9: what came later stays as it is and reorders nothing.
class Decomposition {
  public:
    Decomposition() {
        UErrorCode status = U_ZERO_ERROR;
        known_.applyPattern(icu::UnicodeString(u"[:Age=9.0:]"), status);
        known_.freeze();
        const icu::Normalizer2* const nfd = icu::Normalizer2::getNFDInstance(status);
        if (U_FAILURE(status))
            throw std::runtime_error(std::string("ICU has no decompositions: ") +
                                     u_errorName(status));
        filtered_ = std::make_unique<icu::FilteredNormalizer2>(*nfd, known_);
    }

    // The members are read from any thread: ICU's are constant once they are made.
    icu::UnicodeString of(const icu::UnicodeString& text) const {
        UErrorCode status = U_ZERO_ERROR;
        icu::UnicodeString decomposed;
        filtered_->normalize(text, decomposed, status);
        if (U_FAILURE(status)) throw std::bad_alloc();
        return decomposed;
    }

  private:
    icu::UnicodeSet known_;
    std::unique_ptr<icu::FilteredNormalizer2> filtered_;
};

std::u32string without_accents(std::u32string_view text) {
    static const Decomposition decomposition;
    std::u32string stripped;
    stripped.reserve(text.size());
    const auto inert = [](char32_t c) { return c < kFirstDecomposed; };
    for (std::size_t at = 0; at < text.size();) {
        if (inert(text[at])) {
            stripped += text[at++];
            continue;
        }
        icu::UnicodeString run;
        for (; at < text.size() && !inert(text[at]); ++at)
            run.append(static_cast<UChar32>(text[at]));
        const icu::UnicodeString decomposed = decomposition.of(run);
        for (std::int32_t i = 0; i < decomposed.length();) {
            const auto c = static_cast<char32_t>(decomposed.char32At(i));
            i += U16_LENGTH(static_cast<UChar32>(c));
            if (!is_nonspacing_mark(c)) stripped += c;
        }
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
