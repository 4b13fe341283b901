#include "daemon/worker/tasks/text_job.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/axes.hpp"
#include "daemon/worker/tasks/inputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

using Moment = std::chrono::steady_clock::time_point;

std::span<const std::byte> vector_bytes(const ipc::InputTensor& input, DType dtype,
                                        const std::string& name, Slots& slots) {
    if (input.dtype != dtype || input.shape.size() != 1)
        throw JobError(Errc::bad_input,
                       "input '" + name + "' is " + in_words(input.dtype, input.shape) +
                           " where tasks of texts take " + std::string(to_string(dtype)) +
                           " [size]",
                       "docs/models.md says how texts are given");
    return input_bytes(input, "input '" + name + "'", slots);
}

text::JobTexts take_texts(const ipc::RunJob& job, Slots& slots) {
    if (job.inputs.size() != 2)
        throw JobError(Errc::bad_input,
                       ipc::count_of(job.inputs.size(), "input") +
                           " where tasks of texts take two: the texts, and where each ends",
                       "docs/models.md says how texts are given");
    const auto bytes = vector_bytes(job.inputs[0], DType::uint8, "texts", slots);
    const auto ends = vector_bytes(job.inputs[1], DType::int64, "ends", slots);
    return take_or_throw(text::JobTexts::take(bytes, ends));
}

std::string milliseconds_since(Moment begin) {
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    std::array<char, 32> digits{};
    const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                            taken.count(), std::chars_format::fixed, 3);
    return fault == std::errc() ? std::string(digits.data(), end) : "0";
}

}  // namespace

TextJob::TextJob(const LoadedModel& model, const BatchJob& job)
    : model_(model), wanted_(job.wanted), outputs_(job.job->outputs, 1, *job.slots) {
    if (auto params = read_text_params(job.job->params); !params)
        throw JobError(std::move(params).error());
    const text::JobTexts texts = take_texts(*job.job, *job.slots);
    const bool classify = model.task == ipc::Task::classify_text;
    memory_ = outputs_.open(0, classify ? "probabilities" : "embeddings", DType::float32,
                            {texts.size(), model.texts->spec().columns});
    encoded_ = model.texts->encode(texts);
}

ipc::JobDone TextJob::finish(std::size_t batches) {
    ipc::JobDone done;
    done.outputs = outputs_.take();
    done.details = {{"processing_time_ms", milliseconds_since(begun_)},
                    {"total_words", std::to_string(encoded_.words)},
                    {"tokens", std::to_string(encoded_.tokens)},
                    {"truncated", std::to_string(encoded_.truncated)},
                    {"batches", std::to_string(batches)},
                    {"model_version", model_.version}};
    return done;
}

}  // namespace samovar::worker
