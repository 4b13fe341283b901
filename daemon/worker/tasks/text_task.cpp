// Tasks `classify-text` and `embed-text`: texts in, their probabilities or embeddings out; see
// docs/models.md. The texts of several jobs share batches.

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/infer.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "daemon/worker/tasks/text_job.hpp"
#include "daemon/worker/tasks/text_steps.hpp"
#include "daemon/worker/text/batch_plan.hpp"

namespace samovar::worker {
namespace {

text::BatchLimits limits_of(const ipc::BatchSpec& batch) {
    return {batch.buckets, batch.pad_to_bucket, batch.rows,
            batch.max_tokens > 0 ? batch.max_tokens : std::numeric_limits<std::uint32_t>::max()};
}

// The texts of some jobs, one job's behind the other's.
class SharedTexts {
  public:
    SharedTexts(const LoadedModel& model, std::span<TextJob* const> jobs, Device& device)
        : model_(model), device_(device), jobs_(jobs), batches_of_(jobs.size(), 0) {
        for (const TextJob* job : jobs) {
            begins_.push_back(lengths_.size());
            const auto& lengths = job->texts().lengths;
            lengths_.insert(lengths_.end(), lengths.begin(), lengths.end());
        }
        const std::int64_t rows = static_cast<std::int64_t>(lengths_.size());
        const std::int64_t columns = model.texts->spec().columns;
        // The answer of one job is written where it belongs; on a GPU it goes there in one copy.
        const bool in_place = jobs.size() == 1 && device.torch().is_cpu();
        all_ = in_place ? at::from_blob(jobs.front()->memory().data(), {rows, columns}, at::kFloat)
                        : at::empty({rows, columns},
                                    at::TensorOptions(at::kFloat).device(device.torch()));
        in_place_ = in_place;
    }

    void infer() {
        for (const text::TextBatch& batch : text::plan_batches(lengths_, limits_of(model_.batch))) {
            std::vector<const std::vector<std::int32_t>*> ids;
            std::vector<bool> has(jobs_.size(), false);
            for (const std::uint32_t row : batch.rows) {
                const std::size_t job = job_of(row);
                has[job] = true;
                ids.push_back(&jobs_[job]->texts().ids[row - begins_[job]]);
            }
            TextTensors tensors =
                make_text_tensors(*model_.texts, ids, batch.length, device_.torch());
            const std::vector<at::Tensor> results =
                worker::infer(model_, std::move(tensors.inputs), device_);
            put(batch, finish_texts(results, model_.task, model_.texts->spec(), tensors.mask));
            for (std::size_t job = 0; job < has.size(); ++job)
                batches_of_[job] += has[job] ? 1 : 0;
        }
    }
    void copy_answers() const {
        if (in_place_) return;
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            copy_out(all_.narrow(0, static_cast<std::int64_t>(begins_[i]),
                                 static_cast<std::int64_t>(jobs_[i]->rows())),
                     jobs_[i]->memory());
    }
    std::size_t batches_of(std::size_t job) const { return batches_of_[job]; }

  private:
    std::size_t job_of(std::uint32_t row) const {
        return static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), row) -
                                        begins_.begin()) -
               1;
    }
    void put(const text::TextBatch& batch, const at::Tensor& values) {
        at::Tensor places = at::empty({static_cast<std::int64_t>(batch.rows.size())}, at::kLong);
        std::copy(batch.rows.begin(), batch.rows.end(), places.mutable_data_ptr<std::int64_t>());
        all_.index_copy_(0, places.to(all_.device()), values);
    }

    const LoadedModel& model_;
    Device& device_;
    const std::span<TextJob* const> jobs_;
    std::vector<std::size_t> begins_;  // of each job's texts
    std::vector<std::uint32_t> lengths_;
    std::vector<std::size_t> batches_of_;
    at::Tensor all_;
    bool in_place_ = false;
};

}  // namespace

ipc::JobDone run_text_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock) {
    clock.begin();
    TextJob own(model, job, slots);
    TextJob* const jobs[] = {&own};
    SharedTexts texts(model, jobs, device);
    clock.prepared();
    texts.infer();
    clock.inferred();
    texts.copy_answers();
    const ipc::Timings timings = clock.finish();
    ipc::JobDone done = own.finish(texts.batches_of(0));
    done.timings = timings;
    return done;
}

std::vector<Result<ipc::JobDone>> run_text_batch(const LoadedModel& model,
                                                 std::span<const BatchJob> jobs, Device& device,
                                                 StageClock& clock, const TellError& tell) {
    clock.begin();
    std::vector<std::optional<TextJob>> made(jobs.size());
    std::vector<std::optional<Error>> errors(jobs.size());
    std::vector<TextJob*> good;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        try {
            good.push_back(&made[i].emplace(model, *jobs[i].job, *jobs[i].slots));
        } catch (...) {
            errors[i] = tell();
        }
    }
    // In the order of the good ones.
    std::vector<std::size_t> batches(good.size(), 0);
    bool together = good.size() > 1;
    clock.prepared();
    if (together) {
        try {
            SharedTexts texts(model, good, device);
            texts.infer();
            texts.copy_answers();
            for (std::size_t i = 0; i < good.size(); ++i)
                batches[i] = texts.batches_of(i);
        } catch (...) {
            static_cast<void>(tell());  // it is not known whose rows it was
            together = false;
        }
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (errors[i]) continue;
        TextJob* const own[] = {good[next++]};
        if (together) continue;
        try {
            SharedTexts texts(model, own, device);
            texts.infer();
            texts.copy_answers();
            batches[next - 1] = texts.batches_of(0);
        } catch (...) {
            errors[i] = tell();
        }
    }
    clock.inferred();
    const ipc::Timings timings = clock.finish();
    std::vector<Result<ipc::JobDone>> answers;
    next = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const std::size_t place = made[i] ? next++ : 0;
        if (errors[i]) {
            answers.emplace_back(*std::move(errors[i]));
            continue;
        }
        ipc::JobDone done = made[i]->finish(batches[place]);
        done.timings = timings;
        answers.emplace_back(std::move(done));
    }
    return answers;
}

}  // namespace samovar::worker
