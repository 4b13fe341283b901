// Which jobs go to a worker together and when, and what is learned from how long they took.

#include <algorithm>
#include <utility>

#include "scheduler/dispatch.hpp"

namespace samovar::scheduler {

JobKind Dispatch::kind_of(JobId id) const {
    const Job& job = jobs_.at(id);
    return {job.model, job.traits.form};
}

// Sends what may be sent: batches up to the limit in flight, a suspect only by itself, and before
// all others.
void Dispatch::run_next(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    while (worker.in_flight.size() < limits_.in_flight) {
        if (!worker.in_flight.empty() && worker.in_flight.front().suspect) return;
        if (!worker.runnable_alone.empty()) {
            if (!worker.in_flight.empty() || worker.loading) return;
            const JobId alone = *worker.runnable_alone.begin();
            worker.runnable_alone.erase(worker.runnable_alone.begin());
            const Job& job = jobs_.at(alone);
            send(id, job.model, {{alone, {job.traits.submitter, job.traits.priority, 0}}}, true,
                 now);
            return;
        }
        const std::optional<JobId> head = worker.runnable.front(now);
        if (!head) return;
        const JobKind kind = kind_of(*head);
        const BatchLimits& limits = models_.at(kind.model).limits.batch;
        Time due = batch_due(worker.runnable.backlog(*head), limits, moment_of(worker, kind));
        // For mates nobody becomes too late.
        if (worker.in_flight.empty() && !start_by_.empty())
            due = std::min(due, start_by_.begin()->first);
        due = std::max(due, next_from(worker, *head));
        if (due > now) {
            if (due < Time::max()) worker.batch_due = due;
            return;
        }
        if (refuse_late_in_batch(worker, *head, now)) continue;
        send(id, kind.model, worker.runnable.take(now, limits), false, now);
    }
}

DeviceMoment Dispatch::moment_of(const Worker& worker, const JobKind& kind) const {
    DeviceMoment moment{.busy = !worker.in_flight.empty(),
                        .worth_staging = models_.at(kind.model).beside.preparing >= kWorthStaging};
    if (worker.lull.kind == kind) {
        moment.expected = worker.lull.expected;
        moment.expected_until = worker.lull.until;
    }
    return moment;
}

// From when on the next batch is sent behind the one that runs: in time to be ready when that is
// done, and no sooner, since nobody overtakes what was sent. At once where the one that runs is
// brief, or nothing is known of it.
Time Dispatch::next_from(const Worker& worker, JobId next) const {
    if (worker.in_flight.empty()) return Time::min();
    const Batch& running = worker.in_flight.front();
    const Model& its = models_.at(running.model);
    const Duration least = least_time(running);
    if (least < 4 * kHandover) return Time::min();
    // While its answers are finished, and the next is prepared, the device is free.
    const Job& job = jobs_.at(next);
    const Model& model = models_.at(job.model);
    const Share lead = std::chrono::duration<Share>(least).count() * its.beside.finishing +
                       estimate(job.traits.size, model) * model.beside.preparing;
    return worker.head_since + least - kHandover -
           std::chrono::duration_cast<Duration>(std::chrono::duration<Share>(lead));
}

// Those whom the batch has answered may ask again, besides those who wait already.
Dispatch::Lull Dispatch::lull_after(Worker& worker, const Batch& batch, JobKind kind, Duration took,
                                    Time now) const {
    Lull lull{kind, batch.parts.size(), now};
    const std::optional<JobId> head = worker.runnable.front(now);
    if (head && kind == kind_of(*head)) lull.expected += worker.runnable.backlog(*head).jobs;
    lull.until += std::min(models_.at(kind.model).limits.batch.delay,
                           std::chrono::duration_cast<Duration>(kLull * took));
    return lull;
}

void Dispatch::send(WorkerId id, ModelId model_id, const std::vector<FairQueue::Taken>& jobs,
                    bool suspect, Time now) {
    Worker& worker = workers_[id];
    Model& model = models_.at(model_id);
    Batch batch{.model = model_id, .jobs = {}, .parts = {}, .suspect = suspect, .measures = true};
    for (const auto& [job_id, charge] : jobs) {
        Job& job = jobs_.at(job_id);
        job.in_flight = true;
        if (job.start_by) start_by_.erase({*job.start_by, job_id});
        batch.jobs.push_back(job_id);
        batch.parts.push_back({job_id, charge, job.traits.size.work()});
    }
    model.runnable -= jobs.size();
    model.in_flight += jobs.size();
    actions_.push_back(RunBatch{id, batch.jobs, suspect});
    if (worker.in_flight.empty()) worker.head_since = now;
    worker.in_flight.push_back(std::move(batch));
}

// What it took is shared out by work: to those who are charged for it, and to what the next is
// thought to take.
void Dispatch::batch_done(Worker& worker, const Batch& batch, Duration took) {
    // What was answered from a cache costs what that took; the others share the rest.
    const Share seconds = std::chrono::duration<Share>(took).count();
    Share inferred = seconds;
    std::uint64_t work = 0;
    for (const Batch::Part& part : batch.parts) {
        work += part.from_cache ? 0 : part.work;
        inferred -= part.from_cache.value_or(0);
    }
    const Share a_unit =
        std::max<Share>(inferred, 0) / static_cast<Share>(std::max<std::uint64_t>(work, 1));
    for (const Batch::Part& part : batch.parts)
        worker.runnable.settle(part.charge,
                               part.from_cache.value_or(a_unit * static_cast<Share>(part.work)));
    if (!batch.measures || work == 0) return;
    Model& model = models_.at(batch.model);
    const Share a_job = seconds / static_cast<Share>(batch.parts.size());
    const Share weight = std::exchange(model.measured, true) ? kNewest : 1;
    model.seconds_a_unit += weight * (a_unit - model.seconds_a_unit);
    model.seconds_a_job += weight * (a_job - model.seconds_a_job);
    model.least_a_unit += weight * (a_unit - model.least_a_unit);
    model.least_a_unit = std::min(model.least_a_unit, a_unit);
}

Share Dispatch::estimate(const BatchSize& size, const Model& model) {
    return model.measured ? model.seconds_a_unit * static_cast<Share>(size.work())
                          : kFirstGuess * static_cast<Share>(size.rows);
}

Duration Dispatch::least_time(std::uint64_t work, const Model& model) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<Share>(model.least_a_unit * static_cast<Share>(work)));
}

Duration Dispatch::least_time(const Batch& batch) const {
    std::uint64_t work = 0;
    for (const Batch::Part& part : batch.parts)
        work += part.work;
    return least_time(work, models_.at(batch.model));
}

void Dispatch::doubt(Model& model) {
    model.least_a_unit -= kDoubt * model.least_a_unit;
    model.load_time -= std::chrono::duration_cast<Duration>(kDoubt * model.load_time);
}

// Those that would be in the head's batch and will be too late when it is done, for all that is
// known. True if there were any; their places are for others.
bool Dispatch::refuse_late_in_batch(const Worker& worker, JobId head, Time now) {
    if (start_by_.empty()) return false;
    const ModelId id = jobs_.at(head).model;
    const Model& model = models_.at(id);
    BatchSize size = worker.runnable.backlog(head).size;
    size.rows = std::min(size.rows, model.limits.batch.most.rows);
    size.tokens = std::min(size.tokens, model.limits.batch.most.tokens);
    const Time done = free_at(worker, now) + least_time(size.work(), model);
    std::vector<RefuseJob> late;
    for (const auto& [start_by, job_id] : start_by_) {
        if (start_by >= done) break;
        const Job& job = jobs_.at(job_id);
        if (job.model == id && *job.traits.deadline < done && worker.runnable.has(job_id))
            late.push_back({job_id, Refusal::too_late, {}, done - *job.traits.deadline});
    }
    for (const RefuseJob& each : late) {
        drop(each.job);
        actions_.push_back(each);
    }
    if (!late.empty()) review(id, now);  // it may have waited for them to step down
    return !late.empty();
}

// When it is done with what it has, at the earliest.
Time Dispatch::free_at(const Worker& worker, Time now) const {
    if (worker.in_flight.empty()) return now;
    Time free = worker.head_since;
    for (const Batch& batch : worker.in_flight)
        free += least_time(batch);
    return std::max(now, free);
}

}  // namespace samovar::scheduler
