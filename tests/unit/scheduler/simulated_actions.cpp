// What the machine asks for, carried out in the simulated world and held against it.

#include <algorithm>
#include <utility>
#include <variant>

#include "rig.hpp"
#include "simulated_shell.hpp"

namespace samovar::scheduler {

void SimulatedShell::carry_out() {
    for (auto actions = dispatch_.take(); !actions.empty(); actions = dispatch_.take())
        for (const Action& action : actions) {
            say("  " + std::visit(InWords{}, action));
            std::visit([this](const auto& what) { act(what); }, action);
        }
    check_counts();
}

void SimulatedShell::act(const StartWorker& action) {
    Process& process = processes_[action.worker];
    expect(process.stage == Stage::none, "a second process for one place");
    expect(!shutting_down_, "a start during the shut-down");
    process = {Stage::starting, false, process.generation + 1, {}};
    if (odds(odds_.start_fails)) {
        if (odds(500)) return process_exits(action.worker);  // could not be spawned
        return later(action.worker, Happening::exits, 0, 50ms);
    }
    if (!odds(odds_.start_hangs)) later(action.worker, Happening::hello, 0, 200ms);
}

void SimulatedShell::act(const StopWorker& action) {
    Process& process = processes_[action.worker];
    expect(process.stage == Stage::up && !process.killed, "a stop of a worker that is not up");
    for (const auto& [id, model] : models_)
        expect(model.worker != action.worker || model.residency == Residency::cold ||
                   model.residency == Residency::failed,
               "a stop of a worker that is not empty");
    process.stage = Stage::stopping;
    if (!odds(odds_.stop_hangs)) later(action.worker, Happening::exits, 0, 100ms);
}

void SimulatedShell::act(const KillWorker& action) {
    Process& process = processes_[action.worker];
    expect(process.stage != Stage::none, "a kill of nobody");
    expect(!process.killed, "a second kill");
    process.killed = true;
    // Of several that run together it is not known which took too long.
    if (action.why == std::string_view("a job ran longer than its model allows") &&
        process.front_size > 1)
        for (const JobId job : process.batches.front())
            jobs_[job].overran = true;
    later(action.worker, Happening::exits, 0, 10ms);
}

void SimulatedShell::act(const MakeRoom& action) {
    Model& model = models_.at(action.model);
    expect(odds_.asks_for_room, "a question that nobody wants to hear");
    expect(!model.asked && !model.room, "a model asks twice for room");
    model.asked = true;
    const auto answer = odds(odds_.no_room) ? Happening::no_room : Happening::room_made;
    later(model.worker, answer, action.model, 100ms);
}

void SimulatedShell::act(const ForgoRoom& action) {
    Model& model = models_.at(action.model);
    expect(model.asked || model.room, "room is given back that nobody asked for");
    model.asked = model.room = false;
}

void SimulatedShell::act(const LoadModel& action) {
    const Residency residency = models_.at(action.model).residency;
    expect(models_.at(action.model).worker == action.worker, "a load on a wrong worker");
    expect(residency == Residency::cold || residency == Residency::failed,
           "a load of a model that is not cold");
    come_up(action.model, Residency::loading);
}

void SimulatedShell::act(const WakeModel& action) {
    expect(models_.at(action.model).worker == action.worker, "a wake on a wrong worker");
    expect(models_.at(action.model).residency == Residency::parked,
           "a wake of a model that is not parked");
    come_up(action.model, Residency::waking);
}

void SimulatedShell::come_up(ModelId id, Residency through) {
    Model& model = models_.at(id);
    const Process& process = processes_[model.worker];
    expect(process.stage == Stage::up && !process.killed, "a load on a worker that is not up");
    for (const auto& [other_id, other] : models_)
        expect(other.worker != model.worker ||
                   (other.residency != Residency::loading && other.residency != Residency::waking),
               "a second load at a time");
    for (const JobId job : process.in_flight())
        expect(!jobs_[job].suspect(), "a load beside a suspect job");
    expect(!odds_.asks_for_room || model.room, "a load without room");
    const auto loads = static_cast<std::size_t>(std::count_if(
        models_.begin(), models_.end(),
        [](const auto& each) { return each.second.residency == Residency::loading; }));
    expect(
        odds_.parallel_loads == 0 || through == Residency::waking || loads < odds_.parallel_loads,
        "more loads than there may be");
    model.room = false;
    model.residency = through;
    switch (model.temper) {
        case Temper::good:
            return later(model.worker,
                         odds(odds_.runs_out) ? Happening::ran_out : Happening::loaded, id, 300ms);
        case Temper::fails: return later(model.worker, Happening::load_failed, id, 300ms);
        case Temper::kills: return later(model.worker, Happening::exits, 0, 300ms);
        case Temper::hangs: return;
    }
}

void SimulatedShell::act(const UnloadModel& action) {
    Model& model = models_.at(action.model);
    const Process& process = processes_[action.worker];
    expect(process.stage == Stage::up && !process.killed, "an unload on a worker that is not up");
    expect(model.residency == Residency::hot || model.residency == Residency::parked,
           "an unload of a model that is not there");
    for (const JobId job : process.in_flight())
        expect(jobs_[job].model != action.model, "an unload of a model with a job in flight");
    model.residency = Residency::unloading;
    if (!odds(odds_.unload_hangs)) later(action.worker, Happening::unloaded, action.model, 50ms);
}

void SimulatedShell::act(const ParkModel& action) {
    Model& model = models_.at(action.model);
    const Process& process = processes_[action.worker];
    expect(process.stage == Stage::up && !process.killed, "a park on a worker that is not up");
    expect(model.residency == Residency::hot, "a park of a model that is not hot");
    for (const JobId job : process.in_flight())
        expect(jobs_[job].model != action.model, "a park of a model with a job in flight");
    model.residency = Residency::parking;
    if (odds(odds_.park_hangs)) return;
    const bool fails = odds(odds_.park_fails);
    later(action.worker, fails ? Happening::park_failed : Happening::parked, action.model, 50ms);
}

// Every move begins where the last one ended, and is one of the ladder's.
void SimulatedShell::act(const ModelMoved& action) {
    Model& model = models_.at(action.model);
    expect(action.from == model.watched, "a move from where the model is not");
    model.watched = action.to;
    const auto legal = [&]() -> std::set<Residency> {
        switch (action.from) {
            case Residency::cold: return {Residency::loading, Residency::failed};
            case Residency::loading: return {Residency::hot, Residency::failed, Residency::cold};
            case Residency::hot: return {Residency::parking, Residency::unloading, Residency::cold};
            case Residency::parking: return {Residency::parked, Residency::hot, Residency::cold};
            case Residency::parked:
                return {Residency::waking, Residency::unloading, Residency::cold};
            case Residency::waking: return {Residency::hot, Residency::failed, Residency::cold};
            case Residency::unloading: return {Residency::cold};
            case Residency::failed: return {Residency::cold, Residency::loading};
        }
        return {};
    }();
    expect(legal.contains(action.to), "a move that the ladder does not have");
}

void SimulatedShell::act(const RunBatch& action) {
    Process& process = processes_[action.worker];
    expect(!action.jobs.empty(), "a batch of nothing");
    expect(process.stage == Stage::up && !process.killed, "a run on a worker that is not up");
    expect(process.batches.size() < 2, "a third batch in flight");
    const Job& first = jobs_.at(action.jobs.front());
    const Model& model = models_.at(first.model);
    expect(model.worker == action.worker, "a run on a wrong worker");
    expect(model.residency == Residency::hot, "a run of a model that is not hot");
    BatchSize size{0, 0};
    for (const JobId id : action.jobs) {
        Job& job = jobs_.at(id);
        expect(!job.ended && !job.in_flight, "a run of a job that runs or has ended");
        expect(!job.unwanted, "a run of a job that nobody wants");
        expect(action.suspect == job.suspect(), "a wrong suspicion");
        expect(job.model == first.model && job.traits.form == first.traits.form,
               "jobs of two kinds in one batch");
        expect(!job.traits.deadline || now_ <= *job.traits.deadline, "a run of what is too late");
        job.in_flight = true;
        size += job.traits.size;
    }
    const BatchSize& most = model.limits.batch.most;
    expect(action.jobs.size() == 1 || (size.rows <= most.rows && size.tokens <= most.tokens),
           "a batch that is too large");
    if (action.suspect) {
        expect(action.jobs.size() == 1 && process.batches.empty(), "a suspect job beside another");
        for (const auto& [id, other] : models_)
            expect(other.worker != action.worker || other.residency != Residency::loading,
                   "a suspect job beside a load");
    }
    for (const JobId other : process.in_flight())
        expect(!jobs_[other].suspect(), "a job beside a suspect job");
    process.batches.emplace_back(action.jobs.begin(), action.jobs.end());
    if (process.batches.size() > 1) return;
    process.front_size = action.jobs.size();
    run_front(action.worker);
}

void SimulatedShell::act(const DropJob& action) {
    Job& job = jobs_.at(action.job);
    expect(job.in_flight && job.unwanted, "a job is dropped that is wanted, or not there");
    expect(models_.at(job.model).worker == action.worker, "a drop on a wrong worker");
    expect(!std::exchange(job.dropped, true), "a job is dropped twice");
}

void SimulatedShell::act(const RefuseJob& action) {
    const Job& job = jobs_.at(action.job);
    expect(!job.in_flight, "a refusal of a job that a living worker holds");
    expect(action.retry_at == Time{} || action.retry_at > now_, "a refusal until the past");
    const bool blamed = !odds_.any_death() && job.temper == Temper::good;
    switch (action.why) {
        case Refusal::cancelled: expect(job.unwanted, "a job cancelled by nobody"); break;
        case Refusal::model_failed:
            expect(odds_.any_death() || models_.at(job.model).temper != Temper::good ||
                       models_.at(job.model).ran_out,
                   "a good model refuses a job");
            break;
        case Refusal::no_room: expect(odds_.no_room > 0, "a refusal for room there is"); break;
        case Refusal::held:
            expect(models_.at(job.model).held, "a refusal for a hold that there is not");
            break;
        case Refusal::worker_died:
            expect(job.deaths == (job.overran ? 1 : 2),
                   "worker_died after too few or too many deaths");
            expect(!blamed || job.overran, "an innocent job is refused with worker_died");
            break;
        case Refusal::run_limit: expect(job.temper == Temper::hangs, "an innocent overran"); break;
        case Refusal::too_late:
            expect(job.traits.deadline.has_value(), "too late for what?");
            expect(action.late > Duration::zero(), "too late by nothing");
            break;
        case Refusal::shutting_down: expect(shutting_down_, "shutting_down too early"); break;
        case Refusal::worker_failed: break;
    }
    end(action.job);
}

void SimulatedShell::act(const ModelSettled& action) {
    Model& model = models_.at(action.model);
    expect(!model.forgotten, "a forgotten model is told of");
    model.awaited = false;
    switch (action.residency) {
        case Residency::hot: expect(model.residency == Residency::hot, "hot too early"); break;
        case Residency::parked:
            expect(model.residency == Residency::parked, "parked too early");
            break;
        case Residency::cold:
            // After an answer or a death it is cold here already; a failed one is so by decree.
            expect(model.residency == Residency::cold || model.residency == Residency::failed,
                   "cold too early");
            model.residency = Residency::cold;
            break;
        case Residency::failed:
            expect(model.residency == Residency::cold || model.residency == Residency::failed,
                   "failed while the worker has it");
            expect(odds_.any_death() || model.temper != Temper::good || model.ran_out,
                   "a good model failed");
            model.residency = Residency::failed;
            break;
        default: expect(false, "settled while it moves");
    }
}

void SimulatedShell::act(const ForgetModel& action) {
    Model& model = models_.at(action.model);
    expect(model.retired, "a model forgotten that was not retired");
    expect(!model.forgotten, "a model forgotten twice");
    expect(model.jobs == 0, "a model forgotten that has jobs");
    expect(model.residency == Residency::cold || model.residency == Residency::failed,
           "a model forgotten that the worker has");
    model.forgotten = true;
}

// ---- What must hold -----------------------------------------------------------------------------

void SimulatedShell::check_counts() {
    std::size_t in_flight = 0;
    for (WorkerId id = 0; id < processes_.size(); ++id) {
        const std::size_t jobs = processes_[id].in_flight().size();
        expect(dispatch_.view_worker(id).in_flight == jobs, "a wrong count of what is in flight");
        in_flight += jobs;
    }
    std::size_t jobs = 0;
    for (const auto& [id, model] : models_) {
        jobs += model.jobs;
        if (model.forgotten) continue;
        const auto view = dispatch_.view_model(id);
        expect(view.queued + view.in_flight == model.jobs, "a wrong count of a model's jobs");
        const bool cold = view.residency == Residency::cold || view.residency == Residency::failed;
        expect(cold ? model.residency == Residency::cold || model.residency == Residency::failed
                    : view.residency == model.residency,
               "machine and world differ over", InWords::name(id));
        // Somebody must be on the way to whom the model's jobs wait.
        const bool somebody = processes_[model.worker].stage != Stage::none ||
                              dispatch_.view_worker(model.worker).state == WorkerState::backing_off;
        expect(view.queued == 0 || somebody, "a job waits for a worker that nobody starts");
    }
    expect(dispatch_.jobs() == jobs, "a wrong count of jobs");
    expect(dispatch_.jobs_in_flight() == in_flight, "a wrong count of jobs in flight");
}

void SimulatedShell::expect_every_job_ended() {
    for (JobId id = 1; id < jobs_.size(); ++id)
        expect(jobs_[id].ended, "a job waits for ever:", std::to_string(id));
    for (const auto& [id, model] : models_)
        expect(model.residency == Residency::failed || is_at_rest(model.residency),
               "a model moves for ever:", InWords::name(id));
    for (const auto& [id, model] : models_)
        expect(!model.asked && !model.room && !model.awaited, "nobody is told what became of",
               InWords::name(id));
    expect(dispatch_.jobs() == 0, "the machine keeps a job");
}

void SimulatedShell::expect_nothing_left() {
    expect_every_job_ended();
    for (const auto& [id, model] : models_)
        expect(model.forgotten, "a model is never forgotten:", InWords::name(id));
    for (WorkerId id = 0; id < processes_.size(); ++id)
        expect(processes_[id].stage == Stage::none, "a worker never exits:", InWords::worker(id));
}

}  // namespace samovar::scheduler
