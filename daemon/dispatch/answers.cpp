// What workers say, heard.

#include <spdlog/spdlog.h>
#include <algorithm>

#include "daemon/dispatch/answer_check.hpp"
#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/residency/device_memory.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Clock;

std::uint64_t nanoseconds(scheduler::Duration duration) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
}

// What a job took of its worker's time, which is no more than has passed.
scheduler::Duration taken_by(const ipc::Timings& timings, scheduler::Duration most) {
    const auto passed = nanoseconds(most);
    const std::uint64_t told =
        std::min(timings.prepared, passed) + std::min(timings.finished, passed);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(told, passed)));
}

scheduler::Beside beside(const ipc::Timings& timings) {
    const auto prepared = static_cast<scheduler::Share>(timings.prepared),
               inferred = static_cast<scheduler::Share>(timings.inferred),
               finished = static_cast<scheduler::Share>(timings.finished);
    const auto share = [](scheduler::Share part, scheduler::Share all) {
        return all > 0 ? part / all : 0;
    };
    return {share(prepared, prepared + inferred), share(finished, prepared + inferred + finished)};
}

// Of a worker's time, up to which sleeping until an answer comes takes longer than it saves.
constexpr std::uint64_t kBriefNs = 200'000;

bool is_brief(const ipc::Timings& timings) {
    return timings.prepared < kBriefNs && timings.inferred < kBriefNs &&
           timings.finished < kBriefNs &&
           timings.prepared + timings.inferred + timings.finished < kBriefNs;
}

Error cancelled() {
    return {Errc::cancelled, "the job was cancelled", "", 0, 0};
}

// Batches are measured at a version's first load, and told of at each.
void tell_batch_curve(ipc::LoadReport& report, ModelVersion& model) {
    for (const ipc::LoadFact& fact : report.facts)
        if (fact.name.starts_with("batch")) model.batch_curve.push_back(fact);
    const bool told = std::ranges::any_of(
        report.facts, [](const ipc::LoadFact& fact) { return fact.name == "batch"; });
    if (told) return;
    for (const ipc::LoadFact& fact : model.batch_curve)
        if (report.facts.size() < kMaxLoadFacts) report.facts.push_back(fact);
}

}  // namespace

scheduler::WorkerId Dispatcher::id_of(const WorkerProcess& worker) const {
    return place_names_.at(worker.name());
}

void Dispatcher::worker_said_hello(WorkerProcess& worker, const ipc::WorkerHello& hello) {
    const scheduler::WorkerId id = id_of(worker);
    Place& place = places_[id];
    if (hello.build != SAMOVAR_VERSION || !hello.problem.empty()) {
        place.killed_for = !hello.problem.empty() ? hello.problem
                                                  : "it is version " + hello.build +
                                                        ", the daemon is " SAMOVAR_VERSION;
        spdlog::error("worker {} pid {}: cannot serve: {}", worker.name(), worker.pid(),
                      place.killed_for);
        return worker.kill();
    }
    place.spawn_ns = nanoseconds(Clock::now() - place.started);
    spdlog::info("worker {} pid {}: ready after {} ms, LibTorch {}, {}; sandbox {}: {}",
                 worker.name(), worker.pid(), place.spawn_ns / 1'000'000, hello.torch,
                 hello.device_name, to_string(hello.sandbox), hello.sandbox_words);
    place.sandbox = hello.sandbox;
    if (settings_.sandbox != "off" && hello.sandbox != ipc::Confinement::full &&
        !std::exchange(told_of_sandbox_, true))
        spdlog::warn("workers are confined {}: {}; docs/sandbox.md says what that leaves open",
                     hello.sandbox == ipc::Confinement::none ? "not at all" : "in part",
                     hello.sandbox_words);
    place.device_init_ns = std::min(hello.device_init_ns, place.spawn_ns);
    place.spawn_ns -= place.device_init_ns;
    dispatch_.worker_ready(id, Clock::now());
    carry_out();
}

void Dispatcher::worker_answered(WorkerProcess& worker, const ipc::Frame& frame) {
    const scheduler::JobId id = frame.header.request;
    switch (frame.header.type) {
        case ipc::MessageType::job_digest:
            if (const auto digest = ipc::decode<ipc::JobDigest>(frame.body))
                if (const auto job = jobs_.find(id); job != jobs_.end())
                    job->second.digest = digest->digest;
            break;
        case ipc::MessageType::job_done:
        case ipc::MessageType::error:
            if (!finish(id, frame)) worker.kill();
            break;
        default:
            spdlog::error("worker {} pid {}: unexpected frame {}", worker.name(), worker.pid(),
                          to_string(frame.header.type));
            worker.kill();
    }
}

// False where the worker has answered what nobody asked it for.
bool Dispatcher::finish(scheduler::JobId id, const ipc::Frame& frame) {
    if (frame.header.type == ipc::MessageType::error) {
        const auto reply = ipc::decode<ipc::ErrorReply>(frame.body);
        Error error = reply ? reply->error : reply.error();
        if (error.code == Errc::cancelled) {
            left_out(id);
            return true;
        }
        // A worker that knows its input knows no clock of the quarantine.
        if (error.code == Errc::worker_died) error.retry_after_ms = kQuarantineMs;
        finish_failed(id, error);
        return true;
    }
    Result<ipc::JobDone> done = ipc::decode<ipc::JobDone>(frame.body);
    const auto found = jobs_.find(id);
    const auto lie = done && found != jobs_.end()
                         ? not_as_asked(done->outputs, found->second.work.checked.run.outputs)
                         : std::nullopt;
    if (!done || lie) {
        const std::string what = done ? *lie : done.error().message;
        spdlog::error("job {}: its worker lies: {}", id, what);
        finish_failed(id, {Errc::bad_output, "the worker answered what was not asked: " + what,
                           "see the daemon's log", 0, 0});
        return false;
    }
    const scheduler::Time now = Clock::now();
    const bool cached = done->timings.cached;
    const bool unwanted = cached && found != jobs_.end()
                              ? dispatch_.answered_from_cache(
                                    id, now, taken_by(done->timings, now - found->second.sent))
                              : dispatch_.finished(id, now, true, beside(done->timings));
    if (found != jobs_.end()) {
        const Job job = std::move(found->second);
        jobs_.erase(found);
        job.work.model->kept = done->kept;
        job.work.model->brief = is_brief(done->timings);
        stay_awake(*job.work.model, now);
        job.work.model->cache_hits += cached ? 1 : 0;
        ipc::Done answer{std::move(done->outputs), done->timings, std::move(done->details)};
        answer.timings.queued = nanoseconds(job.sent - job.received);
        answer.timings.total = nanoseconds(now - job.received);
        const ipc::Timings timings = answer.timings;
        if (const auto requester = job.work.requester.lock()) {
            if (unwanted)
                requester->request_failed(job.work.request, cancelled());
            else
                requester->job_done(job.work.request, std::move(answer));
        }
        ended(id, job, cached ? JobOutcome::cached : JobOutcome::done, Errc::ok, timings);
    }
    carry_out();
    return true;
}

void Dispatcher::stay_awake(const ModelVersion& model, scheduler::Time now) {
    if (model.brief) eager_until_ = now + std::chrono::nanoseconds(kBriefNs);
}

void Dispatcher::finish_failed(scheduler::JobId id, const Error& error) {
    const scheduler::Time now = Clock::now();
    const bool unwanted = dispatch_.finished(id, now, false);
    if (const auto found = jobs_.find(id); found != jobs_.end()) {
        const Job job = std::move(found->second);
        jobs_.erase(found);
        const bool late = error.code == Errc::too_late && job.work.checked.deadline;
        Error told = unwanted ? cancelled() : error;
        if (late && !unwanted)
            told = too_late(job, now - job.received - *job.work.checked.deadline);
        if (const auto requester = job.work.requester.lock())
            requester->request_failed(job.work.request, told);
        ended(id, job, late ? JobOutcome::late : JobOutcome::failed, told.code);
    }
    carry_out();
}

// The worker did not run it, or not to its end.
void Dispatcher::left_out(scheduler::JobId id) {
    dispatch_.left_out(id, Clock::now());
    if (const auto found = jobs_.find(id); found != jobs_.end()) {
        const Job job = std::move(found->second);
        jobs_.erase(found);
        if (const auto requester = job.work.requester.lock())
            requester->request_failed(job.work.request, cancelled());
        ended(id, job, JobOutcome::withdrawn, Errc::cancelled);
    }
    carry_out();
}

void Dispatcher::load_answered(scheduler::WorkerId id, scheduler::ModelId model,
                               const ipc::Frame& frame) {
    const auto found = models_.find(model);
    if (found == models_.end()) return;
    if (frame.header.type == ipc::MessageType::progress) {
        if (const auto progress = ipc::decode<ipc::Progress>(frame.body))
            load_progressed(model, *progress);
        return;
    }
    const scheduler::Time now = Clock::now();
    if (auto loaded = ipc::decode<ipc::WorkerLoaded>(frame.body);
        loaded && frame.header.type == ipc::MessageType::worker_loaded) {
        const bool first = places_[id].spawn_ns > 0;
        const bool woke = !memory_before_.contains(model);
        if (!woke) found->second->load_ns = loaded->report.total_ns;
        ipc::LoadReport report = complete(std::move(loaded->report), places_[id], model);
        if (!woke) tell_batch_curve(report, *found->second);
        found->second->last_wake = woke ? report : ipc::LoadReport();
        if (!woke) found->second->last_load = std::move(report);
        measure(*found->second, places_[id], first, loaded->device_bytes);
        if (loaded->batch_rows > 0) {
            found->second->batch_rows = loaded->batch_rows;
            dispatch_.set_limits(model, limits_of(*found->second));
        }
        watcher->loaded(*found->second, loaded->can_park);
        dispatch_.model_loaded(model, now);
        return carry_out();
    }
    const auto reply = ipc::decode<ipc::ErrorReply>(frame.body);
    load_failed(id, model, reply ? reply->error : reply.error());
}

void Dispatcher::load_failed(scheduler::WorkerId id, scheduler::ModelId model, Error error) {
    const auto found = models_.find(model);
    const scheduler::Time now = Clock::now();
    take_out(places_[id], model);
    const bool ran_out = error.code == Errc::out_of_memory;
    if (ran_out) error.message += "; " + watcher->ran_out(*found->second);
    load_problems_[model] = describe(error).substr(0, kMaxProblemBytes);
    spdlog::error("model {} version {}: {}", found->second->file.name, found->second->version,
                  load_problems_[model]);
    if (ran_out) {
        ran_out_[model] = {Errc::out_of_memory,
                           "model \"" + found->second->file.name + "\": " + error.message,
                           "unload other models, or release a pin", 0, 1000};
        dispatch_.model_ran_out(model, now);
    } else {
        dispatch_.model_load_failed(model, now);
    }
    carry_out();
}

void Dispatcher::take_out(Place& place, scheduler::ModelId model) {
    if (place.room && on_left_behind) on_left_behind(place.room->take_out(model));
}

void Dispatcher::leave_room(Place& place) {
    if (place.room && on_left_behind) on_left_behind({place.room->folder()});
    place.room.reset();
}

// What the model holds of its device: its weights, and by what else the worker grew. The first load
// of a process makes it grow for the runtime, too, and jobs beside a load for themselves: so the
// least that was ever seen counts.
void Dispatcher::measure(ModelVersion& model, const Place& place, bool first,
                         std::uint64_t device_bytes) {
    const auto before = memory_before_.extract(model.id);
    const std::uint64_t weights = model.last_load.weight_bytes;
    std::uint64_t bytes = std::max(weights, device_bytes);
    if (before && !first && place.process && model.device == "cpu") {
        const std::uint64_t now = anonymous_bytes(place.process->pid());
        const std::uint64_t grown = now - std::min(now, before.mapped());
        bytes = model.last_load.mapped_weights ? weights + grown : std::max(weights, grown);
    }
    if (!before && model.held_bytes > 0) return;  // a wake-up takes what it had
    bytes += model.cache_bytes();
    model.held_bytes = model.held_bytes > 0 ? std::min(model.held_bytes, bytes) : bytes;
}

// The first load after a worker's start counts that start as its first phases.
ipc::LoadReport Dispatcher::complete(ipc::LoadReport report, Place& place,
                                     scheduler::ModelId model) {
    if (place.spawn_ns > 0) {
        report.phases.insert(report.phases.begin(),
                             {{"spawn", std::exchange(place.spawn_ns, 0), 0},
                              {"device_init", std::exchange(place.device_init_ns, 0), 0}});
    }
    if (const auto started = load_started_.find(model); started != load_started_.end()) {
        report.total_ns = nanoseconds(Clock::now() - started->second);
        load_started_.erase(started);
    }
    return report;
}

void Dispatcher::load_progressed(scheduler::ModelId model, const ipc::Progress& progress) {
    for (const Waiter& waiter : waiters_)
        if (waiter.model == model && waiter.wants_hot)
            if (const auto requester = waiter.requester.lock())
                requester->progressed(waiter.request, progress);
    for (const auto& [id, job] : jobs_)
        if (job.work.progress && job.work.model->id == model)
            if (const auto requester = job.work.requester.lock())
                requester->progressed(job.work.request, progress);
}

void Dispatcher::worker_exited(WorkerProcess& worker, const std::string& how) {
    const scheduler::WorkerId id = id_of(worker);
    Place& place = places_[id];
    const bool expected =
        shut_down_ || dispatch_.view_worker(id).state == scheduler::WorkerState::stopping;
    if (expected)
        spdlog::info("worker {} pid {}: stopped", worker.name(), worker.pid());
    else
        spdlog::error("worker {} pid {}: died: {}", worker.name(), worker.pid(), how);
    if (!expected && counter) counter->worker_died(worker.name());
    if (!expected) place.problem = place.killed_for.empty() ? how : place.killed_for;
    place.process.reset();
    leave_room(place);
    place.sandbox = {};
    place.mapped.clear();
    place.mapping.clear();
    place.gone_while_mapping.clear();
    place.outgoing.clear();
    place.batches = 0;
    place.spawn_ns = place.device_init_ns = 0;
    place.asked_at.reset();
    if (!expected)
        for (const auto& [model, version] : models_)
            if (dispatch_.worker_of(model) == id &&
                dispatch_.view_model(model).residency == scheduler::Residency::loading)
                load_problems_[model] = "its worker died while it was loading: " + place.problem;
    dispatch_.worker_exited(id, Clock::now());
    carry_out();
}

}  // namespace samovar::daemon
