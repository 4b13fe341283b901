#pragma once
// A SentencePiece model file: the ModelProto of sentencepiece_model.proto, as far as it is used
// here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::worker::text {

enum class SpmKind : std::uint8_t {
    normal = 1,
    unknown = 2,
    control = 3,
    user_defined = 4,
    unused = 5,
    byte = 6,
};

struct SpmPiece {
    std::string text;
    float score = 0;
    SpmKind kind = SpmKind::normal;
};

struct SpmFile {
    std::vector<SpmPiece> pieces;  // the index is the id
    std::int32_t unknown = 0;
    std::string charsmap;  // the normaliser's rules; empty where there are none
};

// Errors: `bad_model`: not such a file, cut short, no unigram model, a piece that is empty, no
// UTF-8, of an unknown kind or there twice, a score that is no number.
Result<SpmFile> parse_spm(std::string_view content, const std::string& name);

}  // namespace samovar::worker::text
