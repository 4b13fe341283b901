// Texts to WordPiece: any bytes give ids of the vocabulary, in a frame, as many as were asked for.

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/fuzz/tokens.hpp"

using namespace samovar;
namespace text = worker::text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    // Pieces of one and two bytes of ASCII, a few letters of other scripts.
    static const std::string vocabulary = [] {
        std::string lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
        for (const std::string_view piece : {"the", "##e", "##n", "ab", "##ab", "!", "\u00E9",
                                             "##\u00DF", "\u6771", "i", "##\u0307"})
            lines.append(piece).append("\n");
        for (char c = 'a'; c <= 'z'; ++c)
            lines.append(1, c).append("\n##").append(1, c).append("\n");
        return lines;
    }();
    static const text::Tokenizer lower = text::read_word_piece(vocabulary, "v", {}).value();
    static const text::Tokenizer cased =
        text::read_word_piece(vocabulary, "v", {.lower_case = false, .strip_accents = true})
            .value();
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    fuzz::check_tokens(lower, input);
    fuzz::check_tokens(cased, input);
    // The same bytes as a vocabulary.
    const auto read = text::read_word_piece(input, "v", {});
    if (read)
        fuzz::check_tokens(*read, input);
    else
        fuzz::must(!read.error().message.empty(), "a refusal says why");
    return 0;
}
