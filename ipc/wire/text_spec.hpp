#pragma once
// [text] of model.toml, as a worker is told of it; see docs/models.md. Part of WorkerLoad.

#include <cstdint>
#include <string>
#include <vector>

#include <samovar/limits.hpp>

#include "ipc/wire/codec.hpp"

namespace samovar::ipc {

enum class Vocabulary : std::uint8_t { wordpiece = 1, sentencepiece = 2 };
enum class TextTensor : std::uint8_t { input_ids = 1, attention_mask = 2, token_type_ids = 3 };
// How logits become probabilities.
enum class Activation : std::uint8_t { softmax = 1, sigmoid = 2 };
// How the states of a text's tokens become its embedding; `none`: the network has done it.
enum class Pooling : std::uint8_t { none = 1, mean = 2, cls = 3 };

inline constexpr std::size_t kMaxTextTensors = 3;

// What a network takes: int64 [batch, length].
struct TextInput {
    TextTensor is{};
    friend bool operator==(const TextInput&, const TextInput&) = default;
};
template <class Archive>
void serialize(Archive& ar, TextInput& m) {
    ar(as_integer(m.is));
}

// Filled in by task: what the other one knows stays as it is here.
struct TextSpec {
    Vocabulary vocabulary = Vocabulary::wordpiece;
    std::string file;   // of the vocabulary, as an absolute path in the store
    std::string label;  // its name in the model folder, for messages
    // How WordPiece's texts are cleaned.
    bool lower_case = true, strip_accents = true, space_chinese = true;
    // SentencePiece: canonical composition in the place of the model's own rules.
    bool compose = false;
    std::uint32_t vocabulary_size = 0;  // of the network's embedding; 0: not said

    std::vector<TextInput> inputs;  // of the network, in the order of its forward
    std::uint32_t max_length = 0;   // tokens of a text, [CLS] and [SEP] among them

    std::uint32_t columns = 0;  // of the answer: one for each label, or the embedding's dimensions
    Activation activation = Activation::softmax;  // classify-text
    Pooling pooling = Pooling::mean;              // embed-text
    bool normalise = true;                        // embed-text: each embedding has length 1
    friend bool operator==(const TextSpec&, const TextSpec&) = default;
};

template <class Archive>
void serialize(Archive& ar, TextSpec& m) {
    ar(as_integer(m.vocabulary), bounded(m.file, kMaxPathBytes), bounded(m.label, kMaxPathBytes),
       m.lower_case, m.strip_accents, m.space_chinese, m.compose, m.vocabulary_size,
       bounded(m.inputs, kMaxTextTensors), m.max_length, m.columns, as_integer(m.activation),
       as_integer(m.pooling), m.normalise);
}

}  // namespace samovar::ipc
