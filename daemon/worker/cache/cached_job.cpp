#include "daemon/worker/cache/cached_job.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

#include "daemon/worker/cache/private_copy.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/encode.hpp"

namespace samovar::worker {
namespace {

constexpr ipc::OutputPlace kInThisProcess{ipc::kInline, 0,
                                          std::numeric_limits<std::uint64_t>::max()};

std::uint64_t to_ns(std::chrono::steady_clock::duration duration) {
    return static_cast<std::uint64_t>(duration / std::chrono::nanoseconds(1));
}

std::size_t output_count(const LoadedModel& model) {
    return model.task == ipc::Task::tensor ? model.outputs.size() : 1;
}

// Of a job of texts, which tells how long it took.
void set_processing_time(std::vector<ipc::Detail>& details, std::chrono::duration<double> taken) {
    for (ipc::Detail& detail : details) {
        if (detail.name != "processing_time_ms") continue;
        std::array<char, 32> digits{};
        std::snprintf(digits.data(), digits.size(), "%.3f", taken.count() * 1000);
        detail.value = digits.data();
    }
}

// Takes the parameters of it out of the job's.
std::optional<Encoding> encoding_of(const LoadedModel& model, std::vector<ipc::Param>& params) {
    if (ipc::is_of_texts(model.task)) return std::nullopt;
    const std::optional<Encoding> encoding = take_or_throw(take_encoding(params));
    // Told before it costs an inference.
    if (encoding && encoding->format == image::ImageFormat::jpeg && model.task == ipc::Task::mask &&
        take_or_throw(read_mask_params(params)) == MaskOutput::cutout)
        throw JobError(Errc::invalid_argument, "a JPEG cannot hold a cut-out's transparency",
                       "ask for encode = png, or for output = alpha");
    return encoding;
}

bool could_keep(const LoadedModel& model, const ipc::RunJob& job) {
    if (model.results == nullptr || job.no_cache) return false;
    const std::optional<std::uint64_t> bytes = input_bytes_of(job);
    return bytes && model.results->could_keep(*bytes);
}

}  // namespace

CachedJob::CachedJob(const LoadedModel& model, const ipc::RunJob& job, Slots& slots)
    : model_(model), job_(job), slots_(slots), begun_(Clock::now()) {
    std::vector<ipc::Param> params = job.params;
    const std::optional<Encoding> encoding = encoding_of(model, params);
    const bool keeps = could_keep(model, job);
    if (!keeps && !encoding) return;
    own_.emplace(Own{slots.without_limit(), Outputs(job.outputs, output_count(model), slots), {}});
    own_->keeps = keeps;
    own_->encoding = encoding;
    own_->job.model = job.model;
    own_->job.params = std::move(params);
    own_->job.outputs.assign(output_count(model), kInThisProcess);
    take_inputs();
    copying_ = Clock::now() - begun_;
}

void CachedJob::take_inputs() {
    if (!own_->keeps) {
        own_->job.inputs = job_.inputs;
        own_->job.no_cache = job_.no_cache;
        return;
    }
    ResultKey key = take_private(job_.inputs, job_.params, slots_);
    own_->digest = key.digest;
    own_->job.inputs = std::move(key.inputs);
    own_->params = std::move(key.params);
}

std::optional<ipc::JobDone> CachedJob::from_cache() {
    if (!own_ || !own_->keeps) return std::nullopt;
    const Clock::time_point asked = Clock::now();
    // Lent for the comparison.
    ResultKey key{std::move(own_->job.inputs), std::move(own_->params), own_->digest};
    const std::shared_ptr<const KeptResult> result = model_.results->find(key);
    if (result == nullptr) {
        own_->job.inputs = std::move(key.inputs);
        own_->params = std::move(key.params);
        copying_ += Clock::now() - asked;
        return std::nullopt;
    }
    const Clock::time_point found = Clock::now();
    ipc::JobDone done;
    done.outputs = write_out(*result);
    done.details = result->details;
    done.kept = model_.results->kept();
    const Clock::time_point end = Clock::now();
    done.timings.prepared = to_ns(copying_ + (found - asked));
    done.timings.finished = to_ns(end - found);
    done.timings.cached = true;
    set_processing_time(done.details, end - begun_);
    return done;
}

BatchJob CachedJob::to_run(StillWanted wanted) {
    if (own_) return {&own_->job, &own_->slots, std::move(wanted)};
    return {&job_, &slots_, std::move(wanted)};
}

ipc::JobDone CachedJob::finish(ipc::JobDone done) {
    if (!own_) {
        if (model_.results) done.kept = model_.results->kept();
        return done;
    }
    const Clock::time_point begin = Clock::now();
    if (own_->encoding) encode_pictures(done.outputs, *own_->encoding);
    const auto result = std::make_shared<const KeptResult>(
        KeptResult{std::move(done.outputs), std::move(done.details)});
    if (own_->keeps) keep(result);
    done.outputs = write_out(*result);
    done.details = result->details;
    if (model_.results) done.kept = model_.results->kept();
    done.timings.prepared += to_ns(copying_);
    done.timings.finished += to_ns(Clock::now() - begin);
    return done;
}

void CachedJob::keep(const std::shared_ptr<const KeptResult>& result) {
    ResultKey key{std::move(own_->job.inputs), std::move(own_->params), own_->digest};
    // A network may write to its inputs: then nobody knows any more what was asked.
    if (digest_of(key) == key.digest) model_.results->keep(std::move(key), result);
}

std::vector<ipc::OutputTensor> CachedJob::write_out(const KeptResult& result) {
    for (std::size_t i = 0; i < result.outputs.size(); ++i) {
        const ipc::OutputTensor& output = result.outputs[i];
        const std::span<std::byte> memory =
            own_->places.open(i, output.name, output.dtype, output.shape);
        if (!memory.empty()) std::memcpy(memory.data(), output.data.data(), memory.size());
    }
    return own_->places.take();
}

}  // namespace samovar::worker
