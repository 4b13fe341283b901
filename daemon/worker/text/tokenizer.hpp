#pragma once
// Text to token ids, equal to the reference tokenizers (docs/text.md). No LibTorch.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

#include "daemon/worker/text/bert_text.hpp"
#include "daemon/worker/text/special_tokens.hpp"

namespace samovar::worker::text {

// What turns the text between two special tokens into pieces. Constant, so that threads may share
// it.
class Pieces {
  public:
    virtual ~Pieces() = default;
    // Appends the ids of `text`, which is well-formed UTF-8.
    virtual void append(std::string_view text, std::vector<std::int32_t>& ids) const = 0;
};

// The ids that a model was trained with. `mask` and `unknown` are known to the pieces alone.
struct FrameIds {
    std::int32_t cls = 0;
    std::int32_t sep = 0;
    std::int32_t pad = 0;
};

struct Tokens {
    std::vector<std::int32_t> ids;  // [CLS] text [SEP], not padded
    std::size_t cut = 0;            // tokens of the text for which there was no room
};

class Tokenizer {
  public:
    // The shortest max_length: [CLS] and [SEP].
    static constexpr std::size_t kShortest = 2;

    Tokenizer(std::unique_ptr<const Pieces> pieces, SpecialTokens specials, FrameIds frame,
              std::size_t vocabulary_size);

    // At most `max_length` (from kShortest up) ids. What is too long loses its end, as with the
    // reference's truncation=True; tokens are counted to the end of the text. Text need not be
    // UTF-8: see well_formed(). Any thread may call it, several at a time.
    Tokens encode(std::string_view text, std::size_t max_length) const;

    std::int32_t pad_id() const noexcept { return frame_.pad; }
    // Every id is below it.
    std::size_t vocabulary_size() const noexcept { return vocabulary_size_; }

  private:
    std::unique_ptr<const Pieces> pieces_;
    SpecialTokens specials_;
    FrameIds frame_;
    std::size_t vocabulary_size_;
};

// Where a file is larger than this it is no vocabulary. DeBERTa-v3's has 2.5 MB.
inline constexpr std::size_t kMaxVocabularyBytes = 64u << 20;

// BERT's WordPiece from a vocab.txt, one piece a line. It must hold [UNK], [CLS], [SEP] and [PAD].
// Errors: `bad_model`, naming the file and the line; `io`.
Result<Tokenizer> load_word_piece(const std::string& path, const BertRules& rules);
// The same of the file's content; `name` stands in errors.
Result<Tokenizer> read_word_piece(std::string_view content, const std::string& name,
                                  const BertRules& rules);

// What is done to a text before SentencePiece's pieces are looked for.
enum class SpmRules {
    of_model,  // the rules in the file, as the model was trained; transformers 4
    nfc,       // canonical composition in their place; transformers 5
};

// A SentencePiece unigram model (spm.model) as DeBERTa-v2 and v3 use it. It must hold [UNK] as the
// unknown piece, [CLS], [SEP] and [PAD]; [MASK] is added behind the last piece where it is missing.
// Errors: `bad_model`, naming the file and the piece; `io`.
Result<Tokenizer> load_sentence_piece(const std::string& path, SpmRules rules);
Result<Tokenizer> read_sentence_piece(std::string_view content, const std::string& name,
                                      SpmRules rules);

}  // namespace samovar::worker::text
