#include "scheduler/dispatch.hpp"

#include <algorithm>
#include <utility>

namespace samovar::scheduler {
namespace {

bool is_coming(Residency residency) {
    return residency == Residency::loading || residency == Residency::waking;
}

}  // namespace

// ---- Requests -----------------------------------------------------------------------------------

WorkerId Dispatch::add_worker() {
    Worker& worker = workers_.emplace_back();
    worker.restarts = RestartPolicy(limits_.restarts);
    for (const auto& [uid, weight] : weights_)
        worker.runnable.set_weight(uid, weight);
    return static_cast<WorkerId>(workers_.size() - 1);
}

void Dispatch::set_weight(Uid uid, double weight) {
    if (weight == 1)
        weights_.erase(uid);
    else
        weights_[uid] = weight;
    for (Worker& worker : workers_)
        worker.runnable.set_weight(uid, weight);
}

void Dispatch::add_model(ModelId id, WorkerId worker, const ModelLimits& limits) {
    Model& model = models_[id];
    model.worker = worker;
    model.limits = limits;
}

void Dispatch::set_limits(ModelId id, const ModelLimits& limits) {
    models_.at(id).limits = limits;
}

void Dispatch::retire(ModelId id, Time now) {
    Model& model = models_.at(id);
    model.awaited = !model.stays() || is_coming(model.residency);
    model.retired = true;
    model.leaving = true;
    model.sinking = false;
    model.down = Cause::operators;
    // Whoever waits for a load that has not begun is told that it will not come to that; one that
    // has begun may still have to begin again, for want of memory.
    const bool begun = model.residency != Residency::cold && model.residency != Residency::parked;
    if (std::exchange(model.wanted, std::nullopt)) {
        model.awaited = true;
        if (!begun) settle(id, model.residency);
    }
    follow_up(id, now);
}

void Dispatch::submit(JobId id, ModelId model_id, const JobTraits& traits, Time now) {
    newest_ = id;
    Model& model = models_.at(model_id);
    if (traits.synthetic && (model.residency != Residency::hot || !model.stays())) {
        actions_.push_back(RefuseJob{id, Refusal::cancelled, {}});
        return;
    }
    Job job{.model = model_id, .traits = traits, .came = now};
    if (traits.deadline) job.start_by = *traits.deadline - least_time(traits.size.work(), model);
    if (const auto refusal = turned_away(id, model, job, now)) {
        if (refusal->why == Refusal::too_late) doubt(model);
        actions_.push_back(*refusal);
        return;
    }
    if (job.start_by) start_by_.emplace(*job.start_by, id);
    jobs_[id] = job;
    if (traits.synthetic) synthetic_.insert(id);
    if (!model.needed()) model.up = Cause::demand;
    model.waiting.insert(id);
    if (model.residency == Residency::failed) become(model_id, Residency::cold);
    if (model.residency == Residency::hot && model.stays()) make_runnable(model);
    follow_up(model_id, now);
}

void Dispatch::cancel(JobId id, Time now) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) return;
    if (job->second.in_flight) return drop_in_flight(id);
    const ModelId model = job->second.model;
    refuse(id, Refusal::cancelled);
    follow_up(model, now);
}

bool Dispatch::abandon(JobId id, Time now) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) return true;
    if (job->second.in_flight) {
        drop_in_flight(id);
        return false;
    }
    const ModelId model = job->second.model;
    drop(id);
    follow_up(model, now);
    return true;
}

void Dispatch::drop_in_flight(JobId id) {
    Job& job = jobs_.at(id);
    if (std::exchange(job.unwanted, true)) return;
    actions_.push_back(DropJob{models_.at(job.model).worker, id});
}

void Dispatch::hold(ModelId id, bool held, Time now) {
    Model& model = models_.at(id);
    if (std::exchange(model.held, held) == held || !held) return;
    std::set<JobId> waiting;
    for (const auto& [job_id, job] : jobs_)
        if (job.model == id && !job.in_flight) waiting.insert(job_id);
    for (const JobId job : waiting)
        refuse(job, Refusal::held);
    follow_up(id, now);
}

void Dispatch::load(ModelId id, Time now, Cause cause, bool presses) {
    Model& model = models_.at(id);
    Worker& worker = workers_[model.worker];
    if (model.retired) return;
    if (shutting_down_) {
        if (is_at_rest(model.residency)) settle(id, model.residency);
        return;
    }
    if (worker.state == WorkerState::failed) {
        if (cause != Cause::operators && now < worker.since) return settle(id, model.residency);
        worker.restarts.forgive();
        worker.state = WorkerState::stopped;
    }
    if (model.residency == Residency::failed) become(id, Residency::cold);
    // A step down that has begun cannot be called back; one that waits for jobs is overruled.
    if (model.residency != Residency::unloading) model.leaving = false;
    if (model.residency != Residency::parking) model.sinking = false;
    if (model.residency == Residency::hot) {
        make_runnable(model);
        settle(id, Residency::hot);
    } else {
        if (!model.needed()) model.up = cause;
        model.presses = presses || (model.wanted && model.presses);
        if (!model.wanted) model.wish = ++wishes_;
        model.wanted = newest_;
    }
    follow_up(id, now);
}

void Dispatch::park(ModelId id, Time now, Cause cause) {
    Model& model = models_.at(id);
    if (model.retired || shutting_down_) return;
    model.wanted.reset();
    if (!model.leaving) model.sinking = true;
    model.down = cause;
    follow_up(id, now);
}

void Dispatch::unload(ModelId id, Time now, Cause cause) {
    Model& model = models_.at(id);
    model.wanted.reset();
    model.leaving = true;
    model.sinking = false;
    model.down = cause;
    if (model.residency == Residency::failed) become(id, Residency::cold);
    follow_up(id, now);
}

void Dispatch::forgive(Time now) {
    for (auto& [id, model] : models_) {
        model.load_deaths = 0;
        if (model.residency == Residency::failed) become(id, Residency::cold);
    }
    for (WorkerId id = 0; id < workers_.size(); ++id) {
        Worker& worker = workers_[id];
        worker.restarts.forgive();
        if (worker.state == WorkerState::failed) worker.state = WorkerState::stopped;
        if (worker.state == WorkerState::backing_off) worker.since = now;
        proceed(id, now);
    }
}

void Dispatch::shut_down(Time now) {
    shutting_down_ = true;
    std::vector<JobId> waiting;
    for (const auto& [id, job] : jobs_)
        if (!job.in_flight) waiting.push_back(id);
    std::sort(waiting.begin(), waiting.end());
    for (const JobId id : waiting)
        refuse(id, Refusal::shutting_down);
    for (auto& [id, model] : models_) {
        if (model.wanted && model.residency == Residency::cold) model.leaving = true;
        if (model.wanted && model.residency == Residency::parked) model.sinking = true;
        model.wanted.reset();
        review(id, now);
    }
    for (WorkerId id = 0; id < workers_.size(); ++id)
        proceed(id, now);
}

// ---- Events -------------------------------------------------------------------------------------

void Dispatch::worker_ready(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    if (worker.state != WorkerState::starting || worker.condemned) return;
    worker.state = WorkerState::ready;
    proceed(id, now);
}

void Dispatch::worker_exited(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    const WorkerState before = worker.state;
    if (before != WorkerState::starting && before != WorkerState::ready &&
        before != WorkerState::stopping)
        return;
    const bool was_up = before != WorkerState::starting;
    const bool condemned = std::exchange(worker.condemned, false);
    worker.state = WorkerState::stopped;
    worker.empty_since.reset();
    recover_jobs(worker, condemned);
    recover_models(id, condemned, now);
    if (before == WorkerState::stopping) return proceed(id, now);
    // A kill for a known fault is answered already, by refusing the job or the model it was for.
    const std::optional<Time> again = condemned && was_up ? now : worker.restarts.died(now, was_up);
    if (!again) {
        fail_worker(id, now);
        return serve_waiting_loads(now);
    }
    if (worker.due.empty()) return serve_waiting_loads(now);
    worker.state = WorkerState::backing_off;
    worker.since = *again;
    proceed(id, now);
}

void Dispatch::room_made(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.room != Room::asked) return;
    found->second.room = Room::made;
    proceed(found->second.worker, now);
}

void Dispatch::no_room(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.room != Room::asked) return;
    Model& model = found->second;
    model.room = Room::none;
    model.ran_out = false;
    model.wanted.reset();
    refuse_waiting(id, Refusal::no_room, {});
    settle(id, model.residency);
    follow_up(id, now);
}

void Dispatch::model_loaded(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || !is_coming(found->second.residency)) return;
    Model& model = found->second;
    if (model.residency == Residency::loading) model.load_time = now - model.since;
    model.load_deaths = 0;
    model.ran_out = false;
    model.wanted.reset();
    settle(id, Residency::hot);
    make_runnable(model);
    follow_up(id, now);
}

void Dispatch::model_load_failed(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || !is_coming(found->second.residency)) return;
    fail_model(id, now + limits_.failed_model);
    follow_up(id, now);
}

void Dispatch::model_ran_out(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || !is_coming(found->second.residency)) return;
    Model& model = found->second;
    if (!limits_.ask_for_room || !model.needed() || std::exchange(model.ran_out, true))
        return model_load_failed(id, now);
    become(id, Residency::cold);
    follow_up(id, now);
}

void Dispatch::model_parked(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.residency != Residency::parking) return;
    found->second.sinking = false;
    settle(id, Residency::parked);
    follow_up(id, now);
}

void Dispatch::model_park_failed(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.residency != Residency::parking) return;
    Model& model = found->second;
    model.sinking = false;
    model.wanted.reset();
    settle(id, Residency::hot);
    if (model.stays()) make_runnable(model);
    follow_up(id, now);
}

void Dispatch::model_unloaded(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.residency != Residency::unloading) return;
    found->second.leaving = found->second.retired;
    settle(id, Residency::cold);
    follow_up(id, now);
}

std::deque<Dispatch::Batch>::iterator Dispatch::batch_of(Worker& worker, JobId job) {
    return std::ranges::find_if(worker.in_flight, [job](const Batch& batch) {
        return std::ranges::find(batch.jobs, job) != batch.jobs.end();
    });
}

bool Dispatch::finished(JobId id, Time now, bool ran, const Beside& beside) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || !found->second.in_flight) return true;
    const bool unwanted = found->second.unwanted;
    const ModelId model_id = found->second.model;
    const JobKind kind = kind_of(id);
    Model& model = models_.at(model_id);
    Worker& worker = workers_[model.worker];
    if (ran) {
        model.beside.preparing += kNewest * (beside.preparing - model.beside.preparing);
        model.beside.finishing += kNewest * (beside.finishing - model.beside.finishing);
    }
    const auto batch = batch_of(worker, id);
    std::erase(batch->jobs, id);
    batch->measures = batch->measures && ran;
    if (batch->jobs.empty()) {
        if (batch == worker.in_flight.begin()) {
            const Duration took = now - std::exchange(worker.head_since, now);
            batch_done(worker, *batch, took);
            worker.lull = lull_after(worker, *batch, kind, took, now);
        }
        worker.in_flight.erase(batch);
    }
    worker.suspects.erase(id);
    synthetic_.erase(id);
    jobs_.erase(found);
    --model.in_flight;
    follow_up(model_id, now);
    return unwanted;
}

bool Dispatch::answered_from_cache(JobId id, Time now, Duration took) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || !found->second.in_flight) return true;
    for (Batch& batch : workers_[models_.at(found->second.model).worker].in_flight)
        for (Batch::Part& part : batch.parts)
            if (part.job == id) part.from_cache = std::chrono::duration<Share>(took).count();
    return finished(id, now);
}

void Dispatch::left_out(JobId id, Time now) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || !found->second.in_flight) return;
    Worker& worker = workers_[models_.at(found->second.model).worker];
    const auto batch = batch_of(worker, id);
    // By itself it may have run for a while, and costs that.
    const bool alone = batch->parts.size() == 1 && batch == worker.in_flight.begin();
    if (!alone) {
        const auto part = std::ranges::find(batch->parts, id, &Batch::Part::job);
        worker.runnable.settle(part->charge, 0);
        batch->parts.erase(part);
    }
    finished(id, now, !alone);
}

// ---- Time ---------------------------------------------------------------------------------------

std::optional<Time> Dispatch::next_tick() const {
    std::optional<Time> next;
    const auto at = [&](Time time) { next = next ? std::min(*next, time) : time; };
    if (!start_by_.empty()) at(start_by_.begin()->first + Duration(1));
    for (const Worker& worker : workers_) {
        if (worker.condemned) continue;
        if (worker.state == WorkerState::backing_off) at(worker.since);
        if (worker.state == WorkerState::starting) at(worker.since + limits_.start_limit);
        if (worker.state == WorkerState::stopping) at(worker.since + limits_.stop_limit);
        if (!worker.in_flight.empty()) at(worker.head_since + run_limit(worker.in_flight.front()));
        if (worker.batch_due) at(*worker.batch_due);
        if (worker.loading) at(models_.at(*worker.loading).since + limits_.load_limit);
        for (const ModelId id : worker.stepping_down)
            at(models_.at(id).since + limits_.load_limit);
        if (worker.empty_since) at(*worker.empty_since + limits_.linger);
    }
    return next;
}

void Dispatch::tick(Time now) {
    refuse_late(now);
    for (WorkerId id = 0; id < workers_.size(); ++id) {
        const Worker& worker = workers_[id];
        if (worker.condemned) continue;
        if (worker.state == WorkerState::backing_off || worker.empty_since || worker.batch_due)
            proceed(id, now);
        if (worker.state == WorkerState::starting && worker.since + limits_.start_limit <= now)
            condemn(id, "it did not say hello in time");
        if (worker.state == WorkerState::stopping && worker.since + limits_.stop_limit <= now)
            condemn(id, "it did not exit in time");
        enforce_run_limit(id, now);
        enforce_load_limit(id, now);
    }
}

// ---- Out ---------------------------------------------------------------------------------------

std::vector<Action> Dispatch::take() {
    for (const ModelId id : std::exchange(taken_forgotten_, std::exchange(forgotten_, {})))
        models_.erase(id);
    return std::exchange(actions_, {});
}

Dispatch::ModelView Dispatch::view_model(ModelId id) const {
    const Model& model = models_.at(id);
    const Worker& worker = workers_[model.worker];
    const bool outnumbered = must_wait_for_others(model) && worker.due.contains(id) &&
                             worker.is_open() && !worker.loading && has_room(id);
    const std::size_t queued = model.waiting.size() + model.runnable;
    const std::chrono::duration<Share> queued_time(model.seconds_a_job *
                                                   static_cast<Share>(queued));
    ModelView view{
        model.residency, queued,         model.in_flight,
        model.since,     model.needed(), !model.stays(),
        model.held,      outnumbered,    std::chrono::duration_cast<Duration>(queued_time)};
    for (const JobId job : synthetic_)
        if (jobs_.at(job).model == id) --(jobs_.at(job).in_flight ? view.in_flight : view.queued);
    return view;
}

Dispatch::WorkerView Dispatch::view_worker(WorkerId id) const {
    const Worker& worker = workers_[id];
    std::size_t in_flight = jobs_of(worker);
    for (const Batch& batch : worker.in_flight)
        for (const JobId job : batch.jobs)
            if (synthetic_.contains(job)) --in_flight;
    return {worker.state, in_flight, worker.restart_count, worker.since};
}

std::size_t Dispatch::jobs_in_flight() const {
    std::size_t count = 0;
    for (const Worker& worker : workers_)
        count += jobs_of(worker);
    return count;
}

std::size_t Dispatch::jobs_of(const Worker& worker) {
    std::size_t count = 0;
    for (const Batch& batch : worker.in_flight)
        count += batch.jobs.size();
    return count;
}

}  // namespace samovar::scheduler
