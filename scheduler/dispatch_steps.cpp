// What is done as soon as it can be done. Every event ends in follow_up() or proceed(), so that
// nothing waits for an event that has already happened.

#include <algorithm>
#include <utility>

#include "scheduler/dispatch.hpp"

namespace samovar::scheduler {

// After any change to a model or its jobs.
void Dispatch::follow_up(ModelId id, Time now) {
    review(id, now);
    proceed(models_.at(id).worker, now);
}

// ---- Models -------------------------------------------------------------------------------------

// Is it due, at rest, to be unloaded, to be forgotten?
void Dispatch::review(ModelId id, Time now) {
    Model& model = models_.at(id);
    Worker& worker = workers_[model.worker];
    if (model.residency == Residency::cold || model.residency == Residency::parked) {
        if (model.needed()) {
            worker.due.insert(id);
        } else {
            worker.due.erase(id);
            forgo_room(id);
        }
    }
    // A step down from where there is nothing below, or whose jobs went before the model came.
    const bool at_bottom = model.residency == Residency::cold && model.leaving && !model.retired;
    const bool low_enough = is_at_rest(model.residency) && model.residency != Residency::hot;
    if (!model.needed() && (at_bottom || (low_enough && model.sinking))) {
        model.leaving = model.sinking = false;
        settle(id, model.residency);
    }
    step_down_if_due(id, now);
    forget_if_done(id);
}

void Dispatch::step_down_if_due(ModelId id, Time now) {
    Model& model = models_.at(id);
    const bool parked = model.residency == Residency::parked;
    if (model.stays() || (model.residency != Residency::hot && !parked)) return;
    if (parked && (!model.leaving || model.needed())) return;
    if (model.runnable > 0 || model.in_flight > 0 || !workers_[model.worker].is_open()) return;
    become(id, model.leaving ? Residency::unloading : Residency::parking);
    model.since = now;
    if (model.leaving)
        actions_.push_back(UnloadModel{model.worker, id});
    else
        actions_.push_back(ParkModel{model.worker, id});
}

void Dispatch::forget_if_done(ModelId id) {
    Model& model = models_.at(id);
    if (!model.retired || model.forgotten) return;
    if (model.residency != Residency::cold && model.residency != Residency::failed) return;
    if (model.needed()) return;
    if (model.awaited) settle(id, model.residency);
    model.forgotten = true;
    forgotten_.push_back(id);
    actions_.push_back(ForgetModel{id});
}

void Dispatch::become(ModelId id, Residency residency) {
    Model& model = models_.at(id);
    Worker& worker = workers_[model.worker];
    const auto occupies = [](Residency r) {
        return r != Residency::cold && r != Residency::failed;
    };
    if (model.residency == residency) return;
    if (residency == Residency::loading || residency == Residency::waking)
        model.room = Room::none;  // used up
    else
        forgo_room(id);
    actions_.push_back(ModelMoved{id, model.residency, residency, cause_of(model, residency)});
    if (worker.loading == id) worker.loading.reset();
    worker.stepping_down.erase(id);
    worker.due.erase(id);
    if (occupies(model.residency)) --worker.occupants;
    if (model.residency == Residency::loading) {
        --loads_;
        load_ended_ = true;
    }
    if (residency == Residency::loading) ++loads_;
    model.residency = residency;
    if (residency == Residency::loading || residency == Residency::waking) worker.loading = id;
    if (residency == Residency::unloading || residency == Residency::parking)
        worker.stepping_down.insert(id);
    if (occupies(residency)) ++worker.occupants;
}

// Why it moves there from where it is.
Cause Dispatch::cause_of(const Model& model, Residency to) {
    const bool by_itself = model.residency == Residency::unloading ||
                           model.residency == Residency::failed || model.residency == to;
    switch (to) {
        case Residency::failed: return Cause::fault;
        case Residency::cold: return by_itself ? model.down : Cause::fault;
        case Residency::hot: return model.residency == Residency::parking ? Cause::fault : model.up;
        case Residency::loading:
        case Residency::waking: return model.up;
        default: return model.down;
    }
}

void Dispatch::settle(ModelId id, Residency residency) {
    become(id, residency);
    models_.at(id).awaited = false;
    actions_.push_back(ModelSettled{id, residency});
}

// ---- Workers ------------------------------------------------------------------------------------

void Dispatch::proceed(WorkerId id, Time now) {
    refuse_late(now);
    workers_[id].batch_due.reset();
    start_if_due(id, now);
    serve_waiting_loads(now);
    if (!workers_[id].is_open()) return;
    const bool held = load_next(id, now);
    if (!held) run_next(id, now);
    stop_if_empty(id, now);
}

// Where a load has ended, of whichever worker, those that waited for that begin, in their order,
// before the next of the same worker.
void Dispatch::serve_waiting_loads(Time now) {
    if (!std::exchange(load_ended_, false) || limits_.parallel_loads == 0) return;
    std::vector<WorkerId> waiting;
    for (WorkerId id = 0; id < workers_.size(); ++id)
        if (workers_[id].is_open() && !workers_[id].loading && next_load(workers_[id]))
            waiting.push_back(id);
    std::sort(waiting.begin(), waiting.end(), [&](WorkerId a, WorkerId b) {
        return turn_among_workers(workers_[a]) < turn_among_workers(workers_[b]);
    });
    for (const WorkerId id : waiting)
        if (loads_ < limits_.parallel_loads) proceed(id, now);
}

// What nobody waits for comes last.
std::tuple<bool, JobId, bool, std::uint64_t> Dispatch::turn_among_workers(
    const Worker& worker) const {
    const Model& model = models_.at(*next_load(worker));
    return std::tuple_cat(std::tuple(model.waiting.empty() && model.up != Cause::operators),
                          turn_of(model));
}

bool Dispatch::may_begin(ModelId id) const {
    return has_room(id) && !must_wait_for_others(models_.at(id));
}

bool Dispatch::must_wait_for_others(const Model& model) const {
    return model.residency == Residency::cold && limits_.parallel_loads > 0 &&
           loads_ >= limits_.parallel_loads;
}

void Dispatch::start_if_due(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    if (worker.state == WorkerState::backing_off && worker.since <= now) {
        worker.state = WorkerState::stopped;
        if (!worker.due.empty()) ++worker.restart_count;
    }
    if (worker.due.empty()) return;
    if (worker.state == WorkerState::failed) {  // its time is over, or the job was turned away
        worker.restarts.forgive();
        worker.state = WorkerState::stopped;
    }
    if (worker.state != WorkerState::stopped) return;
    worker.state = WorkerState::starting;
    worker.since = now;
    actions_.push_back(StartWorker{id});
}

void Dispatch::ask_for_room(const Worker& worker) {
    if (!limits_.ask_for_room) return;
    std::vector<ModelId> asking;
    for (const ModelId id : worker.due)
        if (models_.at(id).room == Room::none) asking.push_back(id);
    std::sort(asking.begin(), asking.end(), [&](ModelId a, ModelId b) {
        return turn_of(models_.at(a)) < turn_of(models_.at(b));
    });
    for (const ModelId id : asking) {
        Model& model = models_.at(id);
        model.room = Room::asked;
        // Others leave for jobs, for people and for the calendar, not for what would be good.
        const bool to_yield = !model.waiting.empty() || model.presses;
        actions_.push_back(MakeRoom{id, to_yield});
    }
}

void Dispatch::forgo_room(ModelId id) {
    if (std::exchange(models_.at(id).room, Room::none) != Room::none)
        actions_.push_back(ForgoRoom{id});
}

bool Dispatch::has_room(ModelId id) const {
    return !limits_.ask_for_room || models_.at(id).room == Room::made;
}

// Begins the next load where none is under way. True while a model under suspicion needs the worker
// to itself, so that no job is sent: without that, its load would wait as long as jobs come.
bool Dispatch::load_next(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    ask_for_room(worker);
    if (worker.loading) return models_.at(*worker.loading).suspect();
    if (worker.due.empty()) return false;
    // A suspect job runs with no load beside it, and before any that it does not need.
    if (!worker.in_flight.empty() && worker.in_flight.front().suspect) return false;
    if (!worker.runnable_alone.empty()) return false;
    const std::optional<ModelId> next = next_load(worker);
    if (!next) return false;
    Model& model = models_.at(*next);
    if (model.suspect()) {
        const std::optional<JobId> oldest = worker.runnable.oldest();
        if (oldest && *oldest <= std::get<0>(turn_of(model))) return false;
        if (!worker.in_flight.empty()) return true;
    }
    const bool wakes = model.residency == Residency::parked;
    become(*next, wakes ? Residency::waking : Residency::loading);
    model.since = now;
    if (wakes)
        actions_.push_back(WakeModel{id, *next});
    else
        actions_.push_back(LoadModel{id, *next});
    return model.suspect();
}

// The model that a suspect job waits for; without suspects, the model that was needed first. None
// that has no room.
std::optional<ModelId> Dispatch::next_load(const Worker& worker) const {
    for (const JobId job : worker.suspects)
        if (const ModelId model = jobs_.at(job).model; worker.due.contains(model))
            return may_begin(model) ? std::optional(model) : std::nullopt;
    if (!worker.suspects.empty()) return std::nullopt;
    std::optional<ModelId> next;
    for (const ModelId id : worker.due)
        if (may_begin(id) && (!next || turn_of(models_.at(id)) < turn_of(models_.at(*next))))
            next = id;
    return next;
}

// The job in whose place a load stands, whether it comes after that job, and after which of the
// loads that do.
std::tuple<JobId, bool, std::uint64_t> Dispatch::turn_of(const Model& model) const {
    const JobId wanted = model.wanted.value_or(newest_);
    if (model.waiting.empty() || wanted < *model.waiting.begin()) return {wanted, true, model.wish};
    return {*model.waiting.begin(), false, 0};
}

// Those that can no longer make their deadlines, before they cost anything.
void Dispatch::refuse_late(Time now) {
    std::set<ModelId> models;
    while (!start_by_.empty() && start_by_.begin()->first < now) {
        const auto [start_by, id] = *start_by_.begin();
        models.insert(jobs_.at(id).model);
        drop(id);
        actions_.push_back(RefuseJob{id, Refusal::too_late, {}, now - start_by});
    }
    for (const ModelId model : models)
        follow_up(model, now);
}

// A worker with nothing in it and nothing to do exits, so that the memory of its runtime goes too.
void Dispatch::stop_if_empty(WorkerId id, Time now) {
    Worker& worker = workers_[id];
    if (worker.occupants > 0 || !worker.due.empty()) {
        worker.empty_since.reset();
        return;
    }
    if (!worker.empty_since) worker.empty_since = now;
    if (!shutting_down_ && now < *worker.empty_since + limits_.linger) return;
    worker.empty_since.reset();
    worker.state = WorkerState::stopping;
    worker.since = now;
    actions_.push_back(StopWorker{id});
}

// ---- Jobs ---------------------------------------------------------------------------------------

// The refusal of a job that would only wait for a failure, if so.
std::optional<RefuseJob> Dispatch::turned_away(JobId id, const Model& model, const Job& job,
                                               Time now) const {
    const Worker& worker = workers_[model.worker];
    if (shutting_down_) return RefuseJob{id, Refusal::shutting_down, {}};
    if (model.held) return RefuseJob{id, Refusal::held, {}};
    if (worker.state == WorkerState::failed && now < worker.since)
        return RefuseJob{id, Refusal::worker_failed, worker.since};
    if (model.residency == Residency::failed && now < model.since)
        return RefuseJob{id, Refusal::model_failed, model.since};
    if (!job.start_by) return std::nullopt;
    const Time earliest = earliest_begin(model, job, now);
    if (*job.start_by < earliest)
        return RefuseJob{id, Refusal::too_late, {}, earliest - *job.start_by};
    return std::nullopt;
}

// A load that is before it; what its worker has; and what its session sent before and is of its
// kind, since those keep their order.
Time Dispatch::earliest_begin(const Model& model, const Job& job, Time now) const {
    const Worker& worker = workers_[model.worker];
    switch (model.residency) {
        case Residency::loading: return std::max(now, model.since + model.load_time);
        case Residency::cold:
        case Residency::unloading:
        case Residency::failed: return now + model.load_time;
        default:
            return free_at(worker, now) +
                   least_time(worker.runnable.work_before(job.traits.submitter, job.traits.priority,
                                                          {job.model, job.traits.form}),
                              model);
    }
}

void Dispatch::make_runnable(Model& model) {
    Worker& worker = workers_[model.worker];
    for (const JobId id : std::exchange(model.waiting, {})) {
        const Job& job = jobs_.at(id);
        ++model.runnable;
        if (job.suspect) {
            worker.runnable_alone.insert(id);
            continue;
        }
        const JobTraits& traits = job.traits;
        worker.runnable.push(id,
                             {traits.submitter, traits.priority, kind_of(id),
                              estimate(traits.size, model), traits.size},
                             job.came);
    }
}

void Dispatch::drop(JobId id) {
    const auto found = jobs_.find(id);
    Model& model = models_.at(found->second.model);
    Worker& worker = workers_[model.worker];
    if (model.waiting.erase(id) == 0 &&
        (worker.runnable.erase(id) || worker.runnable_alone.erase(id) > 0))
        --model.runnable;
    worker.suspects.erase(id);
    if (found->second.start_by) start_by_.erase({*found->second.start_by, id});
    synthetic_.erase(id);
    jobs_.erase(found);
}

void Dispatch::refuse(JobId id, Refusal why, Time retry_at) {
    drop(id);
    actions_.push_back(RefuseJob{id, why, retry_at});
}

void Dispatch::refuse_waiting(ModelId id, Refusal why, Time retry_at) {
    const std::set<JobId> waiting = models_.at(id).waiting;
    for (const JobId job : waiting)
        refuse(job, why, retry_at);
}

}  // namespace samovar::scheduler
