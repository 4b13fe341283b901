#pragma once
// [text] of model.toml: the vocabulary and the answer of a model of texts.

#include <string>
#include <vector>

#include "daemon/models/toml_reader.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

struct TextTable {
    ipc::TextSpec spec;  // its `file` is still to come
    std::vector<std::string> labels;
    std::uint32_t max_texts = 0;  // of one job
    std::string vocabulary;       // inside the folder
};

// Throws TomlFault.
TextTable read_text_table(TomlReader& top, ipc::Task task);

// What a job brings and gets: `texts` uint8 [bytes] and `ends` int64 [texts]; `probabilities`
// float32 [texts, labels] or `embeddings` float32 [texts, dims].
std::vector<ipc::TensorSpec> text_inputs(const TextTable& table);
std::vector<ipc::TensorSpec> text_outputs(const TextTable& table, ipc::Task task);

}  // namespace samovar::daemon
