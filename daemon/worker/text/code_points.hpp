#pragma once
// What the reference tokenizers take a code point for. Their tables are of several versions of
// Unicode, none of them that of the ICU at hand, so these are tables of our own, asked from them.

namespace samovar::worker::text {

// Unicode's White_Space.
bool is_white_space(char32_t c) noexcept;

// What BERT's cleaning drops: U+0000, U+FFFD, control, format and private use characters.
bool is_dropped(char32_t c) noexcept;

// Non-spacing marks, which BERT's accent stripping drops after decomposition.
bool is_nonspacing_mark(char32_t c) noexcept;

// What BERT makes a word of its own: ASCII's punctuation and symbols, and Unicode's punctuation.
bool is_punctuation(char32_t c) noexcept;

// The blocks of Chinese characters around which BERT puts spaces.
bool is_chinese(char32_t c) noexcept;

// What stays in the grapheme cluster of the character before it: Extend, ZWJ and SpacingMark of
// https://www.unicode.org/reports/tr29/.
bool is_attached(char32_t c) noexcept;
// Those of them that are SpacingMark.
bool is_spacing(char32_t c) noexcept;

// The lower-case form, itself where there is none. U+0130 has two code points and is the caller's.
char32_t lower(char32_t c) noexcept;

}  // namespace samovar::worker::text
