#pragma once
// What a model made of texts, and how it is told.

#include <string>
#include <vector>

#include <samovar/texts.hpp>

#include "client/cli/json.hpp"

namespace samovar::cli {

struct TextReport {
    std::vector<std::string> texts;
    std::vector<std::string> labels;  // empty: embeddings
    TextAnswer answer;
};

// [{"text", "label", "probability", "probabilities": {LABEL: number}}], or of embeddings
// [{"text"}].
Json texts_to_json(const TextReport& report);
// {"processing_time_ms", "total_words", "tokens", "truncated", "batches", "model_version"}
Json details_to_json(const TextReport& report);
// A line a text: its likeliest label, how likely that is, and its beginning.
std::string labels_in_words(const TextReport& report);
// What was cut off, in one line; empty where nothing was.
std::string cut_in_words(const TextReport& report);

}  // namespace samovar::cli
