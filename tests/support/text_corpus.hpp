#pragma once
// Texts that tokenizers trip over, the same ones on every machine: by number, from 0.

#include <cstddef>
#include <cstdint>
#include <string>

namespace samovar::tests {

// Written by hand: empty and blank texts, special tokens in the text, known traps.
std::size_t written_texts();
std::string written_text(std::size_t index);

// Every code point but the surrogates, 64 to a text: alone, between letters, behind a capital,
// before and behind accents, and before characters that normalising replaces.
std::size_t code_point_texts();
std::string code_point_text(std::size_t index);

// Without an end: words of many scripts, emoji, marks, white space, control characters,
// compatibility characters, numbers, URLs, long words, special tokens, any code point, and bytes
// that are no UTF-8.
std::string mixed_text(std::uint64_t index);

}  // namespace samovar::tests
