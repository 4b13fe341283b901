// What of a job is left when it has run.

#include <memory>
#include <optional>
#include <utility>

#include "daemon/worker/compute.hpp"
#include "daemon/worker/engine/faults.hpp"

namespace samovar::worker {

ComputeLoop::Answer ComputeLoop::finish(const TakenJob& taken, std::unique_ptr<Member> member,
                                        ipc::JobDone done) {
    if (member->job->encodes()) return {taken.request, std::move(done), std::move(member)};
    return {taken.request, member->job->finish(std::move(done))};
}

// What encoding a job's pictures takes. What the job reads is declared before it.
struct ComputeLoop::Unfinished {
    std::shared_ptr<const TakenBatch> jobs;
    std::shared_ptr<const LoadedModel> model;
    std::unique_ptr<Member> member;
    ipc::JobDone done;

    Result<ipc::JobDone> finish() {
        try {
            return member->job->finish(std::move(done));
        } catch (...) {
            return caught_error(Errc::inference_failed, "a job of " + model->name, "");
        }
    }
};

// Before its answer nothing of a job is held any more, and the worker is at nothing: whoever has
// the answer finds it so.
void ComputeLoop::put_in_line(Batch batch, std::vector<Answer> answers) {
    batch.staged.reset();
    const auto jobs = std::make_shared<const TakenBatch>(std::move(batch.jobs));
    std::vector<AnswerLine::Answer> line;
    for (Answer& each : answers) {
        if (!each.unfinished) {
            line.push_back({each.request, std::move(each.done)});
            continue;
        }
        const auto rest = std::make_shared<Unfinished>(
            Unfinished{jobs, batch.model, std::move(each.unfinished), *std::move(each.done)});
        line.push_back({each.request, std::nullopt, [rest] { return rest->finish(); }});
    }
    batch.model.reset();
    unwanted_.batch_over(batches_);
    activity_.end();
    const Outbox::Together together(answers_);
    for (AnswerLine::Answer& answer : line)
        line_.add(std::move(answer));
}

void ComputeLoop::send(std::uint64_t request, Result<ipc::JobDone> done) {
    if (done)
        answers_.send(*done, request);
    else
        answers_.fail(std::move(done).error(), request);
}

}  // namespace samovar::worker
