// Tasks `classify-text` and `embed-text`: texts in, their probabilities or embeddings out; see
// docs/models.md.

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/axes.hpp"
#include "daemon/worker/tasks/inputs.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "daemon/worker/tasks/text_steps.hpp"
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

// The answer of all texts, of which batches fill rows in any order.
class TextAnswer {
  public:
    // On a CPU it is written in `memory` itself.
    TextAnswer(std::int64_t rows, std::int64_t columns, std::span<std::byte> memory,
               c10::Device device)
        : memory_(memory),
          all_(device.is_cpu()
                   ? at::from_blob(memory.data(), {rows, columns}, at::kFloat)
                   : at::empty({rows, columns}, at::TensorOptions(at::kFloat).device(device))) {}

    void put(const text::TextBatch& batch, const at::Tensor& values) {
        const std::vector<std::int64_t> rows(batch.rows.begin(), batch.rows.end());
        const at::Tensor places = at::empty({static_cast<std::int64_t>(rows.size())}, at::kLong);
        std::copy(rows.begin(), rows.end(), places.mutable_data_ptr<std::int64_t>());
        all_.index_copy_(0, places.to(all_.device()), values);
    }
    void finish() const {
        if (!all_.is_cpu()) copy_out(all_, memory_);
    }

  private:
    std::span<std::byte> memory_;
    at::Tensor all_;
};

std::string milliseconds_since(Moment begin) {
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    std::array<char, 32> digits{};
    const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                            taken.count(), std::chars_format::fixed, 3);
    return fault == std::errc() ? std::string(digits.data(), end) : "0";
}

}  // namespace

ipc::JobDone run_text_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock) {
    const Moment begin = std::chrono::steady_clock::now();
    clock.begin();
    if (auto params = read_text_params(job.params); !params)
        throw JobError(std::move(params).error());
    const ipc::TextSpec& spec = model.texts->spec();
    Outputs outputs(job.outputs, 1, slots);
    const text::JobTexts texts = take_texts(job, slots);
    const Shape shape{texts.size(), spec.columns};
    const bool classify = model.task == ipc::Task::classify_text;
    const std::span<std::byte> memory =
        outputs.open(0, classify ? "probabilities" : "embeddings", DType::float32, shape);

    const text::EncodedTexts encoded = model.texts->encode(texts);
    const std::vector<text::TextBatch> batches =
        text::plan_batches(encoded.lengths, model.texts->limits());
    TextAnswer answer(static_cast<std::int64_t>(texts.size()), spec.columns, memory,
                      device.torch());
    clock.prepared();
    for (const text::TextBatch& batch : batches) {
        TextTensors tensors = make_text_tensors(*model.texts, encoded, batch, device.torch());
        const std::vector<at::Tensor> results = model.network->forward(std::move(tensors.inputs));
        answer.put(batch, finish_texts(results, model.task, spec, tensors.mask));
    }
    clock.inferred();
    answer.finish();
    ipc::JobDone done;
    done.timings = clock.finish();
    done.outputs = outputs.take();
    done.details = {{"processing_time_ms", milliseconds_since(begin)},
                    {"total_words", std::to_string(encoded.words)},
                    {"tokens", std::to_string(encoded.tokens)},
                    {"truncated", std::to_string(encoded.truncated)},
                    {"batches", std::to_string(batches.size())},
                    {"model_version", model.version}};
    return done;
}

}  // namespace samovar::worker
