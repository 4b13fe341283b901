#pragma once
// SentencePiece models made by hand: sentencepiece_model.proto, a field at a time.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace samovar::worker::text {

inline std::string varint(std::uint64_t number) {
    std::string bytes;
    for (; number >= 0x80; number >>= 7)
        bytes += static_cast<char>(0x80 | (number & 0x7F));
    return bytes += static_cast<char>(number);
}

inline std::string number_field(unsigned id, std::uint64_t number) {
    return varint(id << 3) + varint(number);
}

inline std::string bytes_field(unsigned id, std::string_view bytes) {
    return varint(id << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

// One piece of a model; kinds: 1 normal, 2 unknown, 3 control, 4 user-defined.
inline std::string spm_piece(std::string_view text, float score, unsigned kind = 1) {
    std::string bytes(sizeof score, '\0');
    std::memcpy(bytes.data(), &score, sizeof score);
    return bytes_field(1,
                       bytes_field(1, text) + varint(2 << 3 | 5) + bytes + number_field(3, kind));
}

// The settings of its trainer: a unigram model whose piece for what it does not know is `unknown`.
inline std::string spm_trainer(std::uint64_t unknown) {
    return bytes_field(2, number_field(3, 1) + number_field(40, unknown));
}

// [PAD], [CLS], [SEP] and [UNK] as DeBERTa-v3 has them, and `pieces` behind them.
inline std::string spm_model(std::string_view pieces) {
    return spm_piece("[PAD]", 0, 3) + spm_piece("[CLS]", 0, 3) + spm_piece("[SEP]", 0, 3) +
           spm_piece("[UNK]", 0, 2) + std::string(pieces) + spm_trainer(3);
}

}  // namespace samovar::worker::text
