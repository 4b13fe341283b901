// What a worker's death leaves behind, and the kills for a known fault.

#include <utility>

#include "scheduler/dispatch.hpp"

namespace samovar::scheduler {

namespace {

// The second worker that dies while a model loads, with nothing beside it, proves who it was.
constexpr int kLoadTries = 2;

}  // namespace

// What was in flight goes back to its model's queue: as a suspect if the worker died by itself, as
// it was if the worker was killed for another's fault. A suspect has had its second chance. A death
// during the shut-down proves nothing: workers are told to end. Synthetic jobs were for a model
// that was hot.
void Dispatch::recover_jobs(Worker& worker, bool condemned) {
    std::vector<JobId> in_flight;
    for (const Batch& batch : std::exchange(worker.in_flight, {}))
        in_flight.insert(in_flight.end(), batch.jobs.begin(), batch.jobs.end());
    for (const JobId id : in_flight) {
        Job& job = jobs_.at(id);
        Model& model = models_.at(job.model);
        --model.in_flight;
        job.in_flight = false;
        if (job.unwanted || job.traits.synthetic) {
            refuse(id, Refusal::cancelled);
        } else if (job.overran) {
            refuse(id, Refusal::run_limit);
        } else if (shutting_down_) {
            refuse(id, Refusal::shutting_down);
        } else if (job.suspect && !condemned) {
            refuse(id, Refusal::worker_died);
        } else if (model.held) {
            refuse(id, Refusal::held);
        } else {
            model.waiting.insert(id);
            if (job.start_by) start_by_.emplace(*job.start_by, id);
            job.suspect = job.suspect || !condemned;
            if (job.suspect) worker.suspects.insert(id);
        }
    }
    std::vector<JobId> runnable = worker.runnable.drain();
    runnable.insert(runnable.end(), worker.runnable_alone.begin(), worker.runnable_alone.end());
    worker.runnable_alone.clear();
    worker.batch_due.reset();
    for (const JobId id : runnable) {
        const Job& job = jobs_.at(id);
        Model& model = models_.at(job.model);
        --model.runnable;
        if (job.traits.synthetic)
            refuse(id, Refusal::cancelled);
        else
            model.waiting.insert(id);
    }
}

// Models that were hot are wanted again. One that was loading may be what killed the worker.
void Dispatch::recover_models(WorkerId id, bool condemned, Time now) {
    for (auto& [model_id, model] : models_) {
        const Residency before = model.residency;
        if (model.worker != id || before == Residency::cold || before == Residency::failed)
            continue;
        const bool came = before == Residency::loading || before == Residency::waking;
        const bool was_wanted = came || before == Residency::hot;
        become(model_id, Residency::cold);
        if (came && !condemned && !shutting_down_) ++model.load_deaths;
        if (came && model.load_deaths >= kLoadTries) {
            fail_model(model_id, now + limits_.restarts.failed_for);
        } else if (!was_wanted || !model.stays() || shutting_down_) {
            model.leaving = model.retired;
            model.sinking = false;
            settle(model_id, Residency::cold);
        } else {
            model.up = Cause::fault;
            model.presses = false;
            model.wish = ++wishes_;
            model.wanted = newest_;
        }
        review(model_id, now);
    }
}

void Dispatch::fail_model(ModelId id, Time until) {
    Model& model = models_.at(id);
    model.wanted.reset();
    model.leaving = model.retired;
    model.sinking = false;
    model.load_deaths = 0;
    model.ran_out = false;
    model.since = until;
    settle(id, Residency::failed);
    refuse_waiting(id, Refusal::model_failed, until);
}

void Dispatch::fail_worker(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    worker.state = WorkerState::failed;
    worker.since = now + worker.restarts.failed_for();
    for (auto& [model_id, model] : models_) {
        if (model.worker != id) continue;
        refuse_waiting(model_id, Refusal::worker_failed, worker.since);
        if (std::exchange(model.wanted, std::nullopt)) model.leaving = true;  // review() tells
        review(model_id, now);
    }
}

void Dispatch::condemn(WorkerId id, std::string_view why) {
    if (std::exchange(workers_[id].condemned, true)) return;
    actions_.push_back(KillWorker{id, why});
}

// The overrunner is refused when the worker is gone, not before: until then it writes to the memory
// that the refusal gives back to the client.
void Dispatch::enforce_run_limit(WorkerId id, Time now) {
    const Worker& worker = workers_[id];
    if (worker.in_flight.empty()) return;
    const Batch& batch = worker.in_flight.front();
    if (worker.head_since + run_limit(batch) > now) return;
    // Of several it is not known which: each is tried by itself.
    for (const JobId job : batch.jobs)
        (batch.parts.size() == 1 ? jobs_.at(job).overran : jobs_.at(job).suspect) = true;
    condemn(id, "a job ran longer than its model allows");
}

Duration Dispatch::run_limit(const Batch& batch) const {
    return models_.at(batch.model).limits.max_run * static_cast<Duration::rep>(batch.parts.size());
}

// A hang needs no second proof.
void Dispatch::enforce_load_limit(WorkerId id, Time now) {
    const Worker& worker = workers_[id];
    if (worker.loading) {
        Model& model = models_.at(*worker.loading);
        if (model.since + limits_.load_limit <= now) {
            model.load_deaths = kLoadTries;
            condemn(id, "a model did not load in time");
        }
    }
    for (const ModelId model : worker.stepping_down)
        if (models_.at(model).since + limits_.load_limit <= now)
            condemn(id, "a model did not step down in time");
}

}  // namespace samovar::scheduler
