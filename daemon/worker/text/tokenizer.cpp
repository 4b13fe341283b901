#include "daemon/worker/text/tokenizer.hpp"

#include <utility>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {

Tokenizer::Tokenizer(std::unique_ptr<const Pieces> pieces, SpecialTokens specials, FrameIds frame,
                     std::size_t vocabulary_size)
    : pieces_(std::move(pieces)),
      specials_(std::move(specials)),
      frame_(frame),
      vocabulary_size_(vocabulary_size) {}

Tokens Tokenizer::encode(std::string_view text, std::size_t max_length) const {
    std::string repaired;
    text = well_formed(text, repaired);

    Tokens tokens;
    tokens.ids.push_back(frame_.cls);
    for (std::size_t at = 0; at < text.size();) {
        const auto special = specials_.next(text, at);
        const std::size_t end = special ? special->at : text.size();
        if (end > at) pieces_->append(text.substr(at, end - at), tokens.ids);
        if (!special) break;
        tokens.ids.push_back(special->id);
        at = special->at + special->bytes;
    }
    if (tokens.ids.size() > max_length - 1) {
        tokens.cut = tokens.ids.size() - (max_length - 1);
        tokens.ids.resize(max_length - 1);
    }
    tokens.ids.push_back(frame_.sep);
    return tokens;
}

}  // namespace samovar::worker::text
