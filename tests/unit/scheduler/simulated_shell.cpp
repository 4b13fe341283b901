#include "simulated_shell.hpp"

#include <algorithm>
#include <variant>

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

constexpr std::size_t kWorkers = 3, kModelsEach = 3, kStoryLines = 60;
constexpr Duration kMaxRun = 1s;

DispatchLimits short_limits(std::uint64_t seed, const Odds& odds) {
    DispatchLimits limits;
    limits.ask_for_room = odds.asks_for_room;
    limits.parallel_loads = odds.parallel_loads;
    limits.start_limit = 2s;
    limits.load_limit = 5s;
    limits.stop_limit = 500ms;
    limits.failed_model = 300ms;
    limits.linger = seed % 2 == 0 ? 0ms : 200ms;
    limits.restarts.failed_for = 3s;
    limits.restarts.window = 5s;
    return limits;
}

}  // namespace

SimulatedShell::SimulatedShell(std::uint64_t seed, const Odds& odds)
    : odds_(odds),
      random_(seed),
      dispatch_(short_limits(seed, odds)),
      now_(Time{} + 1h),
      processes_(kWorkers),
      jobs_(1) {
    for (WorkerId worker = 0; worker < kWorkers; ++worker) {
        dispatch_.add_worker();
        for (std::size_t i = 0; i < kModelsEach; ++i)
            current_.push_back(add_model(worker));
    }
}

// ---- Chance and record --------------------------------------------------------------------------

std::size_t SimulatedShell::pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

bool SimulatedShell::odds(int thousandths) {
    return pick(1000) < static_cast<std::size_t>(thousandths);
}

ModelId SimulatedShell::pick_model() {
    return current_[pick(current_.size())];
}

void SimulatedShell::say(const std::string& line) {
    const auto since_start =
        std::chrono::duration_cast<std::chrono::microseconds>(now_ - Time{} - 1h);
    story_.push_back(std::to_string(since_start.count()) + " us  " + line);
    if (story_.size() > kStoryLines) story_.pop_front();
}

void SimulatedShell::expect(bool condition, std::string_view what, std::string_view whose) {
    if (condition || !fault_.empty()) return;
    for (const std::string& line : story_)
        fault_ += line + "\n";
    fault_.append("FAULT: ").append(what).append(" ").append(whose);
}

void SimulatedShell::later(WorkerId worker, Happening what, std::uint64_t subject,
                           Duration longest) {
    const auto delay =
        Duration(1 + static_cast<Duration::rep>(pick(static_cast<std::size_t>(longest.count()))));
    events_.emplace(now_ + delay, Event{worker, processes_[worker].generation, what, subject});
}

ModelId SimulatedShell::add_model(WorkerId worker) {
    const auto id = static_cast<ModelId>('A' + models_.size());
    const Temper temper = odds(odds_.load_fails)   ? Temper::fails
                          : odds(odds_.load_kills) ? Temper::kills
                          : odds(odds_.load_hangs) ? Temper::hangs
                                                   : Temper::good;
    ModelLimits limits{kMaxRun, {}};
    if (odds_.batches) limits.batch = {{1 + pick(5), 20}, std::chrono::milliseconds(pick(15))};
    models_[id] = Model{.worker = worker, .temper = temper, .limits = limits};
    dispatch_.add_model(id, worker, limits);
    return id;
}

// ---- What happens -------------------------------------------------------------------------------

std::vector<JobId> SimulatedShell::Process::in_flight() const {
    std::vector<JobId> jobs;
    for (const std::deque<JobId>& batch : batches)
        jobs.insert(jobs.end(), batch.begin(), batch.end());
    return jobs;
}

// The jobs of a batch end one after the other.
void SimulatedShell::run_front(WorkerId id) {
    const JobId job = processes_[id].batches.front().front();
    switch (jobs_[job].temper) {
        case Temper::kills: return later(id, Happening::exits, 0, 20ms);
        case Temper::hangs: return;
        default: return later(id, Happening::job_ends, job, 20ms);
    }
}

void SimulatedShell::end(JobId id) {
    Job& job = jobs_.at(id);
    expect(!job.ended, "a job ends twice:", std::to_string(id));
    job.ended = true;
    --models_.at(job.model).jobs;
}

// Comes whatever the worker does meanwhile.
void SimulatedShell::answer_for_room(const Event& event) {
    const auto id = static_cast<ModelId>(event.subject);
    Model& model = models_.at(id);
    if (!model.asked) return;
    model.asked = false;
    model.room = event.what == Happening::room_made;
    say((model.room ? "room made: " : "no room: ") + InWords::name(id));
    if (model.room)
        dispatch_.room_made(id, now_);
    else
        dispatch_.no_room(id, now_);
}

// The front of the first batch.
void SimulatedShell::job_ends(const Event& event) {
    Process& process = processes_[event.worker];
    say("finished: " + std::to_string(event.subject));
    Job& job = jobs_.at(event.subject);
    job.in_flight = false;
    process.batches.front().pop_front();
    if (process.batches.front().empty()) {
        process.batches.pop_front();
        process.front_size = process.batches.empty() ? 0 : process.batches.front().size();
    }
    end(event.subject);
    ++jobs_done_;
    if (!process.batches.empty()) run_front(event.worker);
    // The word may come too late.
    if (job.dropped && odds(500)) return dispatch_.left_out(event.subject, now_);
    expect(dispatch_.finished(event.subject, now_) == job.unwanted, "a wrong mark at the end");
}

void SimulatedShell::happen(const Event& event) {
    if (event.what == Happening::room_made || event.what == Happening::no_room)
        return answer_for_room(event);
    Process& process = processes_[event.worker];
    if (event.generation != process.generation || process.stage == Stage::none) return;
    const auto model = static_cast<ModelId>(event.subject);
    switch (event.what) {
        case Happening::hello:
            say("hello of w" + std::to_string(event.worker));
            process.stage = Stage::up;
            dispatch_.worker_ready(event.worker, now_);
            break;
        case Happening::room_made:
        case Happening::no_room: break;
        case Happening::loaded:
            say("loaded: " + InWords::name(model));
            models_.at(model).residency = Residency::hot;
            dispatch_.model_loaded(model, now_);
            break;
        case Happening::load_failed:
            say("load failed: " + InWords::name(model));
            models_.at(model).residency = Residency::failed;
            dispatch_.model_load_failed(model, now_);
            break;
        case Happening::ran_out:
            say("ran out: " + InWords::name(model));
            models_.at(model).residency = Residency::failed;
            models_.at(model).ran_out = true;
            dispatch_.model_ran_out(model, now_);
            break;
        case Happening::parked:
            say("parked: " + InWords::name(model));
            models_.at(model).residency = Residency::parked;
            dispatch_.model_parked(model, now_);
            break;
        case Happening::park_failed:
            say("park failed: " + InWords::name(model));
            models_.at(model).residency = Residency::hot;
            dispatch_.model_park_failed(model, now_);
            break;
        case Happening::unloaded:
            say("unloaded: " + InWords::name(model));
            models_.at(model).residency = Residency::cold;
            dispatch_.model_unloaded(model, now_);
            break;
        case Happening::job_ends: job_ends(event); break;
        case Happening::exits: process_exits(event.worker); break;
    }
}

void SimulatedShell::process_exits(WorkerId id) {
    Process& process = processes_[id];
    say("exit of w" + std::to_string(id));
    if (process.stage != Stage::stopping) ++deaths_;
    for (const JobId job : process.in_flight()) {
        jobs_[job].in_flight = false;
        if (!process.killed) ++jobs_[job].deaths;
    }
    process = {Stage::none, false, process.generation, {}, 0};
    for (auto& [model_id, model] : models_)
        if (model.worker == id && model.residency != Residency::failed)
            model.residency = Residency::cold;
    dispatch_.worker_exited(id, now_);
}

void SimulatedShell::ring() {
    say("alarm");
    const std::optional<Time> before = dispatch_.next_tick();
    dispatch_.tick(now_);
    const std::optional<Time> after = dispatch_.next_tick();
    expect(!after || *after > now_, "an alarm that rings without end");
    expect(before != after, "an alarm that rang for nothing");
}

// The next event or alarm; false where nothing can happen any more.
bool SimulatedShell::pass_time() {
    const std::optional<Time> alarm = dispatch_.next_tick();
    const bool event_first = !events_.empty() && (!alarm || events_.begin()->first <= *alarm);
    if (!alarm && !event_first) return false;
    if (event_first) {
        const auto [time, event] = *events_.begin();
        events_.erase(events_.begin());
        now_ = std::max(now_, time);
        happen(event);
    } else {
        now_ = std::max(now_, *alarm);
        ring();
    }
    carry_out();
    return true;
}

// ---- Requests -----------------------------------------------------------------------------------

void SimulatedShell::submit() {
    const ModelId model = pick_model();
    const JobId id = jobs_.size();
    const Temper temper = odds(odds_.job_kills)   ? Temper::kills
                          : odds(odds_.job_hangs) ? Temper::hangs
                                                  : Temper::good;
    JobTraits traits;
    if (odds_.batches) {
        const auto uid = static_cast<Uid>(pick(3));
        traits = {{uid, uid * 10 + pick(2)},
                  static_cast<Priority>(pick(3)),
                  pick(2),
                  {1 + pick(3), pick(9)},
                  {}};
        if (odds(200)) traits.deadline = now_ + std::chrono::milliseconds(pick(600));
    }
    jobs_.push_back({.model = model, .temper = temper, .traits = traits});
    ++models_.at(model).jobs;
    say("submit " + std::to_string(id) + " for " + InWords::name(model));
    dispatch_.submit(id, model, traits, now_);
}

void SimulatedShell::cancel_or_abandon() {
    const std::size_t recent = std::min<std::size_t>(jobs_.size() - 1, 30);
    if (recent == 0) return;
    const JobId id = jobs_.size() - 1 - pick(recent);
    Job& job = jobs_.at(id);
    const bool was_there = !job.ended;
    const bool was_in_flight = job.in_flight;
    if (was_there) job.unwanted = true;
    if (odds(500)) {
        say("cancel " + std::to_string(id));
        dispatch_.cancel(id, now_);
        return;
    }
    say("abandon " + std::to_string(id));
    const bool gone = dispatch_.abandon(id, now_);
    expect(gone == !was_in_flight, "abandon is wrong about where the job is");
    if (gone && was_there) end(id);
}

void SimulatedShell::load_park_unload_or_hold() {
    const ModelId model = pick_model();
    if (odds(200)) {
        bool& held = models_.at(model).held;
        held = !held;
        say(std::string("request: ") + (held ? "hold " : "release ") + InWords::name(model));
        return dispatch_.hold(model, held, now_);
    }
    models_.at(model).awaited = true;
    switch (pick(3)) {
        case 0: say("request: load " + InWords::name(model)); return dispatch_.load(model, now_);
        case 1: say("request: park " + InWords::name(model)); return dispatch_.park(model, now_);
        default:
            say("request: unload " + InWords::name(model));
            return dispatch_.unload(model, now_);
    }
}

void SimulatedShell::replace_model() {
    const std::size_t place = pick(current_.size());
    const ModelId old = current_[place];
    say("request: replace " + InWords::name(old));
    models_.at(old).retired = true;
    current_[place] = add_model(models_.at(old).worker);
    dispatch_.retire(old, now_);
}

void SimulatedShell::request() {
    const std::size_t die = pick(100);
    if (die < 70)
        submit();
    else if (die < 82)
        cancel_or_abandon();
    else if (die < 94)
        load_park_unload_or_hold();
    else if (die < 97)
        replace_model();
    else if (die < 98)
        dispatch_.forgive(now_);
    else if (const auto next = dispatch_.next_tick(); !next || *next > now_) {
        dispatch_.tick(now_);
        expect(dispatch_.next_tick() == next, "a tick before its time does something");
    }
    carry_out();
}

void SimulatedShell::step() {
    if (!fault_.empty()) return;
    const WorkerId victim = static_cast<WorkerId>(pick(kWorkers));
    if (odds(odds_.deaths) && processes_[victim].stage != Stage::none) {
        process_exits(victim);
        carry_out();
    }
    if (odds(400) || !pass_time()) request();
}

void SimulatedShell::settle_down() {
    constexpr int kEnough = 100'000;
    int steps = 0;
    while (fault_.empty() && pass_time())
        expect(++steps < kEnough, "it never comes to rest");
}

void SimulatedShell::retire_everything() {
    for (const ModelId model : std::exchange(current_, {})) {
        models_.at(model).retired = true;
        dispatch_.retire(model, now_);
        carry_out();
    }
}

void SimulatedShell::shut_down() {
    say("request: shut down");
    shutting_down_ = true;
    dispatch_.shut_down(now_);
    carry_out();
    for (const Job& job : jobs_)
        expect(job.ended || job.in_flight || &job == &jobs_[0],
               "a job waits through the shut-down");
}

}  // namespace samovar::scheduler
