#pragma once
// Models of texts: task classify-text or embed-text.
//
//   samovar::TextModel moods = samovar::TextModel::open(client, "moods").value();
//   samovar::TextAnswer answer = moods.run({"what a day", "oh no"}).value();
//   answer.row(1)[0];  // how likely text 1 is moods.labels()[0]

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <samovar/client.hpp>
#include <samovar/error.hpp>
#include <samovar/export.hpp>
#include <samovar/job.hpp>

namespace samovar {

// What a model made of texts.
struct TextAnswer {
    std::size_t columns = 0;    // a probability for each label, or an embedding's dimensions
    std::vector<float> values;  // [texts, columns], in the order of the texts

    std::size_t rows() const noexcept { return columns == 0 ? 0 : values.size() / columns; }
    // Of one text; undefined from rows() up.
    std::span<const float> row(std::size_t text) const noexcept {
        return std::span(values).subspan(text * columns, columns);
    }

    std::uint64_t words = 0, tokens = 0;
    std::uint64_t truncated = 0;  // texts that were longer than the model reads, and lost their end
    std::uint64_t batches = 0;
    std::chrono::nanoseconds processing{};  // in the worker
    std::string model_version;
    Timings timings;  // of all jobs together; cached where all of them were
};

struct TextOptions {
    std::chrono::milliseconds timeout = std::chrono::minutes(10);  // for each of its jobs
    std::optional<std::chrono::milliseconds> keep_alive{};         // as JobSpec::keep_alive
    Priority priority{};                                           // as JobSpec::priority
    bool no_cache = false;                                         // as JobSpec::no_cache
    // As JobSpec::deadline, of the last of its jobs.
    std::optional<std::chrono::steady_clock::time_point> deadline{};
    std::function<void(const Progress&)> on_progress{};  // as JobSpec::on_progress
};

// A model as it was when it was opened. Threads: as Client, which must outlive it.
class SAMOVAR_EXPORT TextModel {
  public:
    // Errors: `unknown_model`; `invalid_argument` for a model of another task; session errors.
    static Result<TextModel> open(Client& client, const std::string& model);
    // The same of what Client::info() said.
    static Result<TextModel> of(Client& client, const ModelInfo& info);

    const std::string& name() const noexcept { return name_; }
    // What the columns of an answer mean; empty for embeddings.
    const std::vector<std::string>& labels() const noexcept { return labels_; }
    std::size_t columns() const noexcept { return columns_; }
    std::size_t max_texts() const noexcept { return max_texts_; }  // of one job

    // Runs any number of texts (UTF-8), each of kMaxOneTextBytes at most, in jobs of as many as one
    // may bring, one after the other, so that other callers have their turn between. Fails as a
    // whole where one job does; `bad_input` says which text. No texts make no job. Errors: those
    // of Client::run().
    Result<TextAnswer> run(std::span<const std::string> texts,
                           const TextOptions& options = {}) const;
    Result<TextAnswer> run(std::initializer_list<std::string> texts,
                           const TextOptions& options = {}) const {
        return run(std::span(texts.begin(), texts.size()), options);
    }

  private:
    explicit TextModel(Client& client) : client_(&client) {}

    Client* client_;
    std::string name_;
    std::vector<std::string> labels_;
    std::size_t columns_ = 0, max_texts_ = 0;
};

}  // namespace samovar
