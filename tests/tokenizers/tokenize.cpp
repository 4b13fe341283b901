// Our side of ./dev compare-tokenizers: writes the corpus, and tokenizes texts.
//
//   tokenize corpus MIXED               the texts of tests/support/text_corpus.hpp, MIXED of them
//   mixed tokenize word-piece vocab.txt BITS  texts from standard input to ids tokenize
//   sentence-piece spm.model
//
// A text is its length (u32, little-endian) and its bytes, as it may hold anything. What comes out
// is a line of ids a text. BITS: lower case 1, accents kept 2, accents stripped 4, Chinese not
// spaced 8.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/support/text_corpus.hpp"

using namespace samovar;
namespace text = worker::text;

namespace {

void write_text(const std::string& bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::fwrite(&size, sizeof size, 1, stdout);
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

int write_corpus(std::uint64_t mixed) {
    for (std::size_t i = 0; i < tests::written_texts(); ++i)
        write_text(tests::written_text(i));
    for (std::size_t i = 0; i < tests::code_point_texts(); ++i)
        write_text(tests::code_point_text(i));
    for (std::uint64_t i = 0; i < mixed; ++i)
        write_text(tests::mixed_text(i));
    return 0;
}

int tokenize(const text::Tokenizer& tokenizer) {
    std::string bytes, line;
    for (std::uint32_t size = 0; std::fread(&size, sizeof size, 1, stdin) == 1;) {
        bytes.resize(size);
        if (std::fread(bytes.data(), 1, size, stdin) != size) return 1;
        line.clear();
        for (const std::int32_t id : tokenizer.encode(bytes, SIZE_MAX).ids)
            line.append(std::to_string(id)).append(1, ' ');
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stdout);
    }
    return 0;
}

text::BertRules rules_of(unsigned long bits) {
    text::BertRules rules;
    rules.lower_case = (bits & 1) != 0;
    if ((bits & 2) != 0) rules.strip_accents = false;
    if ((bits & 4) != 0) rules.strip_accents = true;
    rules.space_chinese = (bits & 8) == 0;
    return rules;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view verb = count > 2 ? arguments[1] : "";
    try {
        if (verb == "corpus") return write_corpus(std::strtoull(arguments[2], nullptr, 10));
        if (verb == "word-piece" && count == 4)
            return tokenize(text::load_word_piece(arguments[2],
                                                  rules_of(std::strtoul(arguments[3], nullptr, 10)))
                                .value());
        if (verb == "sentence-piece")
            return tokenize(text::load_sentence_piece(arguments[2], count > 3
                                                                        ? text::SpmRules::nfc
                                                                        : text::SpmRules::of_model)
                                .value());
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    std::cerr
        << "tokenize corpus MIXED | word-piece vocab.txt BITS | sentence-piece spm.model [nfc]\n";
    return 2;
}
