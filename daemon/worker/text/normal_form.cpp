#include "daemon/worker/text/normal_form.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>

#include <cstdint>
#include <new>
#include <stdexcept>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

void check(UErrorCode status) {
    if (U_FAILURE(status))
        throw std::runtime_error(std::string("ICU cannot normalise: ") + u_errorName(status));
}

const icu::UnicodeSet& known_characters() {
    static const icu::UnicodeSet* const known = [] {
        UErrorCode status = U_ZERO_ERROR;
        auto* const set = new icu::UnicodeSet(icu::UnicodeString(u"[:Age=9.0:]"), status);
        check(status);
        set->freeze();
        return set;
    }();
    return *known;
}

using Instance = const icu::Normalizer2* (*)(UErrorCode&);

icu::UnicodeString normalised(Instance instance, const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const form = instance(status);
    check(status);
    const icu::FilteredNormalizer2 filtered(*form, known_characters());
    icu::UnicodeString result;
    filtered.normalize(text, result, status);
    if (U_FAILURE(status)) throw std::bad_alloc();
    return result;
}

}  // namespace

std::u32string decomposed(std::u32string_view text) {
    icu::UnicodeString units;
    for (const char32_t c : text)
        units.append(static_cast<UChar32>(c));
    const icu::UnicodeString result = normalised(icu::Normalizer2::getNFDInstance, units);
    std::u32string code_points;
    for (std::int32_t i = 0; i < result.length();) {
        const UChar32 c = result.char32At(i);
        i += U16_LENGTH(c);
        code_points += static_cast<char32_t>(c);
    }
    return code_points;
}

std::string composed(std::string_view text) {
    icu::UnicodeString units;
    for (std::size_t at = 0; at < text.size();)
        units.append(static_cast<UChar32>(next_code_point(text, at)));
    std::string bytes;
    return normalised(icu::Normalizer2::getNFCInstance, units).toUTF8String(bytes);
}

}  // namespace samovar::worker::text
