#include "tests/worker/text_models.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace samovar::tests {

namespace {

ipc::TextSpec text_spec(std::uint32_t columns) {
    ipc::TextSpec text;
    text.file = kTextVocabulary;
    text.label = "vocab.txt";
    text.vocabulary_size = 3005;
    text.inputs = {{ipc::TextTensor::input_ids},
                   {ipc::TextTensor::attention_mask},
                   {ipc::TextTensor::token_type_ids}};
    text.max_length = kLongestText;
    text.columns = columns;
    return text;
}

}  // namespace

ipc::WorkerLoad texts_model(const std::string& model) {
    const bool moods = model == "moods";
    const std::vector<ipc::TensorSpec> inputs{spec("texts", DType::uint8, {axis("bytes")}),
                                              spec("ends", DType::int64, {axis("texts")})};
    const std::vector<ipc::TensorSpec> outputs{spec(moods ? "probabilities" : "embeddings",
                                                    DType::float32,
                                                    {axis("texts"), axis(moods ? 3 : kTextDims)})};
    ipc::WorkerLoad load = model.ends_with("-pt2") ? compiled(model, inputs, outputs)
                                                   : torchscript(model, inputs, outputs);
    load.task = moods ? ipc::Task::classify_text : ipc::Task::embed_text;
    load.version = "0123456789abcdef";
    load.text = text_spec(moods ? 3 : kTextDims);
    load.batch.rows = 32;
    load.batch.max_tokens = 8192;
    load.batch.buckets = {16, 32, 64, kLongestText};
    return load;
}

ipc::InputTensor ends_of(const Texts& texts) {
    std::vector<std::int64_t> ends;
    std::int64_t end = 0;
    for (const std::string& text : texts)
        ends.push_back(end += static_cast<std::int64_t>(text.size()));
    return inline_input(DType::int64, {ends.size()}, ends);
}
std::string joined(const Texts& texts) {
    return std::accumulate(texts.begin(), texts.end(), std::string());
}
ipc::RunJob texts_job(const Texts& texts) {
    const std::string all = joined(texts);
    const std::vector<char> bytes(all.begin(), all.end());
    return job({inline_input(DType::uint8, {bytes.size()}, bytes), ends_of(texts)});
}

Rows rows_of(const ipc::OutputTensor& output) {
    const std::vector<float> values = values_of<float>(output);
    Rows rows;
    for (std::size_t i = 0; i < output.shape.at(0); ++i) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * output.shape.at(1));
        rows.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(output.shape.at(1)));
    }
    return rows;
}
Rows answer(WorkerProcess& worker, const Texts& texts) {
    return rows_of(worker.run(texts_job(texts)).as<ipc::JobDone>().outputs.at(0));
}
Error refusal(WorkerProcess& worker, const ipc::RunJob& job) {
    return worker.run(job).as<ipc::ErrorReply>().error;
}
std::map<std::string, std::string> details_of(const ipc::JobDone& done) {
    std::map<std::string, std::string> details;
    for (const ipc::Detail& detail : done.details)
        details[detail.name] = detail.value;
    return details;
}

float difference(const Rows& a, const Rows& b) {
    float most = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        for (std::size_t j = 0; j < std::max(a[i].size(), b[i].size()); ++j)
            most = std::max(most, std::abs(a[i].at(j) - b[i].at(j)));
    return most;
}

std::string sentence(std::size_t tokens, std::size_t seed) {
    static const std::string letters = "easntu0oilk";
    std::string text;
    for (std::size_t i = 2; i < tokens; ++i)
        text += std::string(text.empty() ? "" : " ") + letters[(i * 7 + seed * 3 + i * seed) % 11];
    return text;
}
Texts sentences(std::size_t count) {
    Texts texts;
    for (std::size_t i = 0; i < count; ++i)
        texts.push_back(sentence(2 + i * 29 % 100, i));
    return texts;
}

}  // namespace samovar::tests
