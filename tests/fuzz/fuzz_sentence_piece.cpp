// SentencePiece: an input is a text for a model of our own, and a model file, which is refused or
// usable.

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/fuzz/tokens.hpp"

using namespace samovar;
namespace text = worker::text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    constexpr const char* kModel = SAMOVAR_TEST_DATA "/tokenizers/spm.model";
    static const text::Tokenizer own =
        text::load_sentence_piece(kModel, text::SpmRules::of_model).value();
    static const text::Tokenizer composing =
        text::load_sentence_piece(kModel, text::SpmRules::nfc).value();
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    fuzz::check_tokens(own, input);
    fuzz::check_tokens(composing, input);

    const auto read = text::read_sentence_piece(input, "m", text::SpmRules::of_model);
    if (!read) fuzz::must(!read.error().message.empty(), "a refusal says why");
    // A model's own pieces are in its bytes.
    if (read) fuzz::check_tokens(*read, input);
    return 0;
}
