// Tasks `classify-text` and `embed-text`: texts in, their probabilities or embeddings out; see
// docs/models.md. The texts of several jobs share batches.

#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
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

void use_cudnn(const LoadedModel& model, const Device& device) {
    if (device.torch().is_cuda()) at::globalContext().setBenchmarkCuDNN(model.cudnn_benchmark);
}

text::BatchLimits limits_of(const ipc::BatchSpec& batch) {
    return {batch.buckets, batch.pad_to_bucket, batch.rows,
            batch.max_tokens > 0 ? batch.max_tokens : std::numeric_limits<std::uint32_t>::max()};
}

// The texts of some jobs, one job's behind the other's.
class SharedTexts {
  public:
    SharedTexts(const LoadedModel& model, std::span<TextJob* const> jobs, Device& device)
        : model_(model), device_(device), jobs_(jobs), parts_(jobs.size()) {
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
            std::set<std::size_t> jobs;
            for (const std::uint32_t row : batch.rows) {
                const std::size_t job = job_of(row);
                jobs.insert(job);
                ids.push_back(&jobs_[job]->texts().ids[row - begins_[job]]);
            }
            const bool wanted =
                std::ranges::any_of(jobs, [&](std::size_t job) { return jobs_[job]->is_wanted(); });
            for (const std::size_t job : jobs)
                ++(wanted ? parts_[job].run : parts_[job].left_out);
            if (!wanted) continue;
            TextTensors tensors =
                make_text_tensors(*model_.texts, ids, batch.length, device_.torch());
            const std::vector<at::Tensor> results =
                worker::infer(model_, std::move(tensors.inputs), device_, {});
            put(batch, finish_texts(results, model_.task, model_.texts->spec(), tensors.mask));
        }
    }
    void copy_answers() const {
        if (in_place_) return;
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            copy_out(all_.narrow(0, static_cast<std::int64_t>(begins_[i]),
                                 static_cast<std::int64_t>(jobs_[i]->rows())),
                     jobs_[i]->memory());
    }
    // In how many batches the texts of this job were. Throws JobError (`cancelled`) where some were
    // in none, since nobody waited for them any more.
    std::size_t batches_of(std::size_t job) const {
        check_wanted([this, job] { return parts_[job].left_out == 0; });
        return parts_[job].run;
    }

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
    struct Parts {
        std::size_t run = 0, left_out = 0;
    };
    std::vector<Parts> parts_;  // of each job
    at::Tensor all_;
    bool in_place_ = false;
};

// Jobs of texts that share batches whatever their lengths.
class TextJobs final : public PreparedBatch {
  public:
    TextJobs(const LoadedModel& model, std::span<const BatchJob> jobs, const TellError& tell)
        : model_(model), members_(jobs.size()) {
        for (std::size_t i = 0; i < jobs.size(); ++i)
            attempt(members_[i], tell, [&] { members_[i].job.emplace(model, jobs[i]); });
    }

    void drop(std::size_t job, Error why) override {
        if (!members_[job].error) members_[job].error = std::move(why);
    }
    std::vector<Result<ipc::JobDone>> run(Device& device, StageClock& clock,
                                          const TellError& tell) override {
        use_cudnn(model_, device);
        clock.prepared();
        std::vector<Member*> good;
        for (Member& member : members_)
            if (!member.error) good.push_back(&member);
        if (good.size() < 2 || !run_together(good, device, tell))
            for (Member* member : good)
                attempt(*member, tell, [&] { run_these({&member, 1}, device, tell); });
        clock.inferred();
        return answers(clock.finish());
    }

  private:
    struct Member {
        std::optional<TextJob> job;
        std::size_t batches = 0;
        std::optional<Error> error;
    };

    template <class Step>
    static void attempt(Member& member, const TellError& tell, Step step) {
        try {
            step();
        } catch (...) {
            member.error = tell();
        }
    }
    void run_these(std::span<Member* const> members, Device& device, const TellError& tell) {
        std::vector<TextJob*> jobs;
        for (Member* member : members)
            jobs.push_back(&*member->job);
        SharedTexts texts(model_, jobs, device);
        texts.infer();
        texts.copy_answers();
        for (std::size_t i = 0; i < members.size(); ++i)
            attempt(*members[i], tell, [&] { members[i]->batches = texts.batches_of(i); });
    }
    // False where the network refused: it is not known whose rows it was.
    bool run_together(const std::vector<Member*>& members, Device& device, const TellError& tell) {
        try {
            run_these(members, device, tell);
            return true;
        } catch (...) {
            static_cast<void>(tell());
            return false;
        }
    }
    std::vector<Result<ipc::JobDone>> answers(const ipc::Timings& timings) {
        std::vector<Result<ipc::JobDone>> answers;
        for (Member& member : members_) {
            if (member.error) {
                answers.emplace_back(*std::move(member.error));
                continue;
            }
            ipc::JobDone done = member.job->finish(member.batches);
            done.timings = timings;
            answers.emplace_back(std::move(done));
        }
        return answers;
    }

    const LoadedModel& model_;
    std::vector<Member> members_;
};

}  // namespace

ipc::JobDone run_text_task(const LoadedModel& model, const BatchJob& job, Device& device,
                           StageClock& clock) {
    clock.begin();
    TextJob own(model, job);
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

std::unique_ptr<PreparedBatch> prepare_texts(const LoadedModel& model,
                                             std::span<const BatchJob> jobs,
                                             const TellError& tell) {
    return std::make_unique<TextJobs>(model, jobs, tell);
}

}  // namespace samovar::worker
