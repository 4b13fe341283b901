#pragma once
// The text models of models.py as load requests, and jobs of texts.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {

using Texts = std::vector<std::string>;
using Row = std::vector<float>;
using Rows = std::vector<Row>;

// What batch mates and padding may change of an element: sums of floats in another order.
inline constexpr float kTextTolerance = 1e-5F;
inline constexpr std::uint32_t kLongestText = 128, kTextDims = 24;
inline const std::string kTextVocabulary = SAMOVAR_TEST_DATA "/tokenizers/vocab.txt";

// "moods" classifies, "sentences", "sentences-pt2" and "cramped" embed.
ipc::WorkerLoad texts_model(const std::string& model);

ipc::InputTensor ends_of(const Texts& texts);
std::string joined(const Texts& texts);
ipc::RunJob texts_job(const Texts& texts);

Rows rows_of(const ipc::OutputTensor& output);
Rows answer(WorkerProcess& worker, const Texts& texts);
Error refusal(WorkerProcess& worker, const ipc::RunJob& job);
std::map<std::string, std::string> details_of(const ipc::JobDone& done);
// The greatest of any element.
float difference(const Rows& a, const Rows& b);

// A sentence of so many tokens with [CLS] and [SEP], another for each seed.
std::string sentence(std::size_t tokens, std::size_t seed = 0);
// Of many lengths.
Texts sentences(std::size_t count);

}  // namespace samovar::tests
