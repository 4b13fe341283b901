// Requests to the dispatcher, its timer and its views; what the machine decides is carried out in
// actions.cpp, what workers say is heard in answers.cpp.

#include "daemon/dispatch/dispatcher.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <algorithm>
#include <fstream>

#include "scheduler/thread_budget.hpp"

namespace samovar::daemon {

using scheduler::Clock;

Dispatcher::Dispatcher(asio::any_io_executor loop, WorkerSettings settings)
    : loop_(std::move(loop)),
      settings_(std::move(settings)),
      dispatch_(settings_.limits),
      timer_(loop_),
      silence_timer_(loop_) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::apply(const std::vector<Registry::Change>& changes) {
    for (const Registry::Change& change : changes) {
        bool was_hot = false;
        if (change.retired && models_.contains(change.retired->id)) {
            was_hot =
                dispatch_.view_model(change.retired->id).residency == scheduler::Residency::hot;
            dispatch_.retire(change.retired->id, Clock::now());
        }
        if (change.added && change.added->unusable.code == Errc::ok) {
            const ModelPtr& model = change.added;
            models_[model->id] = model;
            dispatch_.add_model(model->id, place_for(*model), limits_of(*model));
            const bool replaces = change.retired && models_.contains(change.retired->id);
            watcher->version_added(*model,
                                   replaces ? std::optional(change.retired->id) : std::nullopt);
            // What was hot stays hot, so that the first call after a change does not wait.
            if (was_hot) dispatch_.load(model->id, Clock::now());
        }
    }
    carry_out();
}

scheduler::WorkerId Dispatcher::place_for(const ModelVersion& model) {
    const auto known = place_names_.find(model.worker);
    if (known != place_names_.end()) return known->second;
    const scheduler::WorkerId id = dispatch_.add_worker();
    place_names_[model.worker] = id;
    Place& place = places_.emplace_back();
    const bool cuda = model.device.starts_with("cuda");
    place.program = {cuda ? settings_.cuda_program : settings_.cpu_program,
                     model.worker,
                     model.device,
                     settings_.threads,
                     settings_.log_level,
                     settings_.decode_cache,
                     settings_.log_json,
                     settings_.sandbox,
                     {}};
    return id;
}

// The cores are shared by all workers on the CPU that have models here. What a GPU runs takes none.
std::uint32_t Dispatcher::threads_for(const ModelVersion& model) {
    if (model.device != "cpu") return model.file.threads;
    std::set<std::string> workers;
    std::map<std::string, unsigned> most;  // in each other worker
    for (const auto& [id, other] : models_) {
        if (other->device != "cpu") continue;
        workers.insert(other->worker);
        const auto given = threads_.find(id);
        if (given == threads_.end() || other->worker == model.worker) continue;
        unsigned& known = most[other->worker];
        known = std::max(known, given->second);
    }
    scheduler::ThreadRequest request{model.file.threads, settings_.threads, settings_.cores,
                                     static_cast<unsigned>(workers.size()), 0};
    for (const auto& [worker, threads] : most)
        request.given_away += threads;
    return threads_[model.id] = scheduler::grant_threads(request);
}

// A load waits for its worker to start, or for the one before it in the same worker.
void Dispatcher::tell_load_to_come(scheduler::ModelId model) {
    const auto found = models_.find(model);
    if (!on_load_to_come || found == models_.end()) return;
    const scheduler::Residency now = dispatch_.view_model(model).residency;
    if (now != scheduler::Residency::cold && now != scheduler::Residency::failed) return;
    const scheduler::WorkerId worker = dispatch_.worker_of(model);
    const bool ready = dispatch_.view_worker(worker).state == scheduler::WorkerState::ready;
    const bool busy = std::any_of(models_.begin(), models_.end(), [&](const auto& other) {
        return dispatch_.worker_of(other.first) == worker &&
               dispatch_.view_model(other.first).residency == scheduler::Residency::loading;
    });
    if (!ready || busy) on_load_to_come(*found->second);
}

// For the loads of other workers, of which there are as many as there may be.
void Dispatcher::tell_who_waits_for_others() {
    for (Waiter& waiter : waiters_) {
        if (!waiter.wants_hot || waiter.told_to_wait || !models_.contains(waiter.model)) continue;
        if (!dispatch_.view_model(waiter.model).outnumbered) continue;
        waiter.told_to_wait = true;
        if (const auto requester = waiter.requester.lock())
            requester->progressed(waiter.request, {"waiting for other loads", 0, 0});
    }
}

scheduler::JobId Dispatcher::submit(NewJob work) noexcept {
    const scheduler::JobId id = next_job_++;
    const scheduler::Time now = Clock::now();
    const scheduler::ModelId model = work.model->id;
    if (!work.synthetic && dispatch_.view_model(model).residency != scheduler::Residency::hot &&
        load_started_.try_emplace(model, now).second)
        tell_load_to_come(model);
    const auto kind = work.synthetic ? scheduler::CallKind::hot
                                     : watcher->job_came(model, work.checked.keep_alive);
    const scheduler::JobTraits traits = traits_of(work, now);
    jobs_[id] = Job{.work = std::move(work), .received = now, .kind = kind};
    dispatch_.submit(id, model, traits, now);
    carry_out();
    return id;
}

scheduler::ModelLimits Dispatcher::limits_of(const ModelVersion& model) {
    scheduler::ModelLimits limits{model.file.max_run, {}};
    limits.batch.most.rows = std::max(model.rows_at_a_time(), 1U);
    if (model.file.batch.spec.max_tokens > 0)
        limits.batch.most.tokens = model.file.batch.spec.max_tokens;
    limits.batch.delay = model.file.batch.delay;
    return limits;
}

scheduler::JobTraits Dispatcher::traits_of(const NewJob& job, scheduler::Time now) {
    scheduler::JobTraits traits;
    traits.submitter = {job.uid, job.session};
    traits.priority = job.checked.priority;
    traits.form = job.checked.form;
    traits.size = job.checked.size;
    traits.synthetic = job.synthetic;
    if (job.checked.deadline) traits.deadline = now + *job.checked.deadline;
    return traits;
}

std::chrono::milliseconds Dispatcher::come_back(const ModelVersion& model) const {
    constexpr std::chrono::milliseconds kLeast(5), kMost(5000);
    if (!models_.contains(model.id)) return kMost;
    const auto view = dispatch_.view_model(model.id);
    // Who comes back when a part of what waits is done finds room, and not a device without work.
    constexpr int kPart = 8;
    const auto part = view.queued_time / kPart;
    return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(part), kLeast, kMost);
}

void Dispatcher::cancel(scheduler::JobId job) noexcept {
    dispatch_.cancel(job, Clock::now());
    carry_out();
}

void Dispatcher::abandon(scheduler::JobId job) noexcept {
    // In flight it must keep its channels until the worker lets go.
    const auto found = jobs_.find(job);
    const bool gone = dispatch_.abandon(job, Clock::now());
    if (found != jobs_.end()) {
        found->second.work.requester.reset();
        if (gone) {
            const Job left = std::move(found->second);
            jobs_.erase(found);
            ended(job, left, JobOutcome::withdrawn, Errc::disconnected);
        }
    }
    carry_out();
}

void Dispatcher::load(const ModelPtr& model, std::weak_ptr<Requester> requester,
                      std::uint64_t request) noexcept {
    const scheduler::Time now = Clock::now();
    const auto view = dispatch_.view_model(model->id);
    if (view.residency == scheduler::Residency::hot && !view.leaving) {
        if (const auto waiting = requester.lock())
            waiting->model_loaded(request, {true, model->last_load});
        return;
    }
    waiters_.push_back({model->id, true, std::move(requester), request});
    // A load that has begun, as by the wish that comes before this, took longer than from now on.
    if (load_started_.try_emplace(model->id, now).second) tell_load_to_come(model->id);
    dispatch_.load(model->id, now);
    carry_out();
}

void Dispatcher::unload(const ModelPtr& model, std::weak_ptr<Requester> requester,
                        std::uint64_t request) noexcept {
    waiters_.push_back({model->id, false, std::move(requester), request});
    dispatch_.unload(model->id, Clock::now());
    carry_out();
}

void Dispatcher::move(scheduler::ModelId model, scheduler::Rung to, scheduler::Cause cause,
                      bool presses) noexcept {
    const scheduler::Time now = Clock::now();
    switch (to) {
        case scheduler::Rung::hot:
            if (load_started_.try_emplace(model, now).second) tell_load_to_come(model);
            dispatch_.load(model, now, cause, presses);
            break;
        case scheduler::Rung::parked: dispatch_.park(model, now, cause); break;
        case scheduler::Rung::cold: dispatch_.unload(model, now, cause); break;
    }
    carry_out();
}

void Dispatcher::hold(scheduler::ModelId model, bool held) noexcept {
    dispatch_.hold(model, held, Clock::now());
    carry_out();
}

void Dispatcher::room_made(scheduler::ModelId model) noexcept {
    room_problems_.erase(model);
    dispatch_.room_made(model, Clock::now());
    carry_out();
}

void Dispatcher::no_room(scheduler::ModelId model, Error why) noexcept {
    // Then the numbers of a budget are not the reason.
    if (const auto ran_out = ran_out_.extract(model)) why = ran_out.mapped();
    spdlog::warn("{}", why.message);
    room_problems_[model] = std::move(why);
    dispatch_.no_room(model, Clock::now());
    carry_out();
}

void Dispatcher::forgive() {
    dispatch_.forgive(Clock::now());
    carry_out();
}

void Dispatcher::shut_down() {
    shut_down_ = true;
    dispatch_.shut_down(Clock::now());
    for (Place& place : places_)
        if (place.process) place.process->stop();
    // From here on nothing waits for a time: a worker that stays is killed by its own process
    // object.
    timer_.cancel();
    timer_at_ = scheduler::Time::min();
    silence_timer_.cancel();
    carry_out();
}

void Dispatcher::kill_workers() {
    for (Place& place : places_)
        if (place.process) place.process->kill();
}

std::size_t Dispatcher::processes() const {
    std::size_t count = 0;
    for (const Place& place : places_)
        count += place.process ? 1 : 0;
    return count;
}

void Dispatcher::channel_gone(std::uint32_t channel) {
    for (Place& place : places_) {
        if (place.mapping.contains(channel)) place.gone_while_mapping.insert(channel);
        if (place.mapped.erase(channel) > 0 && place.process)
            place.process->request(ipc::UnmapChannel{channel}, -1, [](const ipc::Frame&) {});
    }
}

// ---- The machine's clock ------------------------------------------------------------------------

void Dispatcher::arm_timer() {
    const std::optional<scheduler::Time> next = dispatch_.next_tick();
    // An earlier alarm than needed is left as it is: run limits move with every job, and one idle
    // wake-up is cheaper than setting the timer for each.
    if (!next || (timer_at_ && *timer_at_ <= *next)) return;
    timer_at_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([this](boost::system::error_code fault) {
        if (fault) return;
        timer_at_.reset();
        dispatch_.tick(Clock::now());
        carry_out();
    });
}

// ---- Views --------------------------------------------------------------------------------------

ipc::Residency to_wire(scheduler::Residency residency) {
    switch (residency) {
        case scheduler::Residency::cold: return ipc::Residency::cold;
        case scheduler::Residency::loading: return ipc::Residency::loading;
        case scheduler::Residency::hot: return ipc::Residency::hot;
        case scheduler::Residency::parking: return ipc::Residency::parking;
        case scheduler::Residency::parked: return ipc::Residency::parked;
        case scheduler::Residency::waking: return ipc::Residency::waking;
        case scheduler::Residency::unloading: return ipc::Residency::unloading;
        case scheduler::Residency::failed: return ipc::Residency::failed;
    }
    return ipc::Residency::cold;
}

ipc::Residency Dispatcher::residency(const ModelVersion& model) const {
    if (!models_.contains(model.id)) return ipc::Residency::failed;
    return to_wire(dispatch_.view_model(model.id).residency);
}

std::string Dispatcher::problem(const ModelVersion& model) const {
    if (model.unusable.code != Errc::ok) return describe(model.unusable);
    const auto found = load_problems_.find(model.id);
    return found != load_problems_.end() ? found->second : std::string();
}

void Dispatcher::fill(ipc::ModelInfo& info, const ModelVersion& model) const {
    info.jobs_done = model.jobs_done;
    info.jobs_failed = model.jobs_failed;
    info.last_load = model.last_load;
    info.held_bytes = model.needs();
    info.measured = model.measured();
    info.batch_rows = model.rows_at_a_time();
    info.batch_delay_ms = static_cast<std::uint64_t>(model.file.batch.delay.count());
    info.batches = model.batches;
    info.cache = model.cache();
    if (!models_.contains(model.id)) return;
    const auto view = dispatch_.view_model(model.id);
    info.queued = static_cast<std::uint32_t>(view.queued);
    info.in_flight = static_cast<std::uint32_t>(view.in_flight);
}

namespace {

ipc::WorkerState to_wire(scheduler::WorkerState state) {
    switch (state) {
        case scheduler::WorkerState::stopped: return ipc::WorkerState::stopped;
        case scheduler::WorkerState::starting: return ipc::WorkerState::starting;
        case scheduler::WorkerState::ready:
        case scheduler::WorkerState::stopping: return ipc::WorkerState::ready;
        case scheduler::WorkerState::backing_off: return ipc::WorkerState::backing_off;
        case scheduler::WorkerState::failed: return ipc::WorkerState::failed;
    }
    return ipc::WorkerState::stopped;
}

std::uint64_t resident_bytes(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
    std::uint64_t size = 0, resident = 0;
    in >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<ipc::WorkerStatus> Dispatcher::worker_status() const {
    std::vector<ipc::WorkerStatus> list;
    for (scheduler::WorkerId id = 0; id < places_.size(); ++id) {
        const Place& place = places_[id];
        const auto view = dispatch_.view_worker(id);
        ipc::WorkerStatus status;
        status.name = place.program.name;
        status.state = to_wire(view.state);
        status.pid = place.process ? static_cast<std::uint32_t>(place.process->pid()) : 0;
        status.restarts = static_cast<std::uint32_t>(view.restarts);
        status.in_flight = static_cast<std::uint32_t>(view.in_flight);
        status.resident_bytes = place.process ? resident_bytes(place.process->pid()) : 0;
        const std::string silent = silence(place);
        status.sandbox = place.sandbox;
        status.problem = (silent.empty() ? place.problem : silent).substr(0, kMaxProblemBytes);
        if (list.size() < kMaxWorkers) list.push_back(std::move(status));
    }
    return list;
}

ipc::ModelStatus Dispatcher::model_status(const ModelVersion& model) const {
    ipc::ModelStatus status;
    const auto view = dispatch_.view_model(model.id);
    status.name = model.file.name;
    status.residency = residency(model);
    status.worker = model.worker;
    status.queued = static_cast<std::uint32_t>(view.queued);
    status.in_flight = static_cast<std::uint32_t>(view.in_flight);
    status.jobs_done = model.jobs_done;
    status.jobs_failed = model.jobs_failed;
    status.weight_bytes = model.last_load.weight_bytes;
    status.device = model.device;
    status.measured = model.measured();
    status.cache = model.cache();
    switch (view.residency) {
        case scheduler::Residency::waking: status.host_bytes = status.weight_bytes; [[fallthrough]];
        case scheduler::Residency::loading:
        case scheduler::Residency::hot:
        case scheduler::Residency::parking: status.device_bytes = model.needs(); break;
        case scheduler::Residency::parked: status.host_bytes = status.weight_bytes; break;
        default: break;
    }
    return status;
}

}  // namespace samovar::daemon
