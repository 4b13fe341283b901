// What scheduler::Dispatch decides, carried out.

#include <spdlog/spdlog.h>
#include <algorithm>

#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/residency/device_memory.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {

using scheduler::Clock;

// Carrying out one action can cause the next (a worker that cannot be spawned has died at once).
// An exception ends the daemon: what would be left undone, jobs would wait for without an end.
void Dispatcher::carry_out() noexcept {
    if (std::exchange(carrying_out_, true)) return;
    for (auto actions = dispatch_.take(); !actions.empty(); actions = dispatch_.take())
        for (const scheduler::Action& action : actions)
            std::visit([this](const auto& what) { perform(what); }, action);
    carrying_out_ = false;
    tell_who_waits_for_others();
    arm_timer();
    if (on_idle && (dispatch_.jobs() == 0 || processes() == 0)) on_idle();
}

void Dispatcher::perform(const scheduler::StartWorker& action) {
    Place& place = places_[action.worker];
    place.started = Clock::now();
    place.killed_for.clear();
    place.not_started.clear();
    Result<Room> room = Room::make(settings_.rooms);
    if (room) place.program.room = room->folder();
    Result<std::shared_ptr<WorkerProcess>> worker =
        room ? WorkerProcess::spawn(loop_, place.program, *this) : room.error();
    if (room) place.room = std::move(*room);
    if (worker) {
        place.process = std::move(*worker);
        if (counter) counter->worker_started(place.program.name);
        spdlog::info("worker {} pid {}: started", place.program.name, place.process->pid());
        return;
    }
    place.problem = worker.error().message;
    place.not_started = worker.error().hint.empty() ? "see the daemon's log" : worker.error().hint;
    leave_room(place);
    spdlog::error("worker {}: {}", place.program.name, describe(worker.error()));
    dispatch_.worker_exited(action.worker, Clock::now());
}

void Dispatcher::perform(const scheduler::StopWorker& action) {
    const Place& place = places_[action.worker];
    if (!place.process) return;  // its exit is an event of its own
    spdlog::info("worker {} pid {}: nothing is left in it, it stops", place.program.name,
                 place.process->pid());
    place.process->stop();
}

void Dispatcher::perform(const scheduler::KillWorker& action) {
    Place& place = places_[action.worker];
    if (!place.process) return;
    spdlog::warn("worker {} pid {}: killed: {}", place.program.name, place.process->pid(),
                 action.why);
    place.killed_for = action.why;
    place.process->kill();
}

void Dispatcher::perform(const scheduler::MakeRoom& action) {
    watcher->room_wanted(action.model, action.to_yield);
}

void Dispatcher::perform(const scheduler::ForgoRoom& action) {
    watcher->room_forgone(action.model);
}

void Dispatcher::perform(const scheduler::LoadModel& action) {
    Place& place = places_[action.worker];
    if (!place.process) return;
    memory_before_[action.model] = anonymous_bytes(place.process->pid());
    const ModelPtr& model = models_.at(action.model);
    load_problems_.erase(action.model);
    load_started_.try_emplace(action.model, Clock::now());
    auto answer = [this, worker = action.worker, id = action.model](const ipc::Frame& frame) {
        load_answered(worker, id, frame);
    };
    ipc::WorkerLoad message = load_message(*model, action.model);
    message.threads = threads_for(*model);
    // Whoever waits for it brings the first job along: what nobody asked for is not run before it.
    const bool measure = message.batch.measure && model->batch_rows == 0;
    message.batch.measure = measure;
    if (!measure) message.batch.rows = model->rows_at_a_time();
    if (message.warm_ups_may_fail && dispatch_.view_model(action.model).queued > 0 && !measure)
        message.warm_ups.clear();
    if (Result<void> there = place.room->bring_in(message); !there)
        return load_failed(action.worker, action.model, there.error());
    place.process->request(message, -1, answer);
    listen_soon();
}

void Dispatcher::perform(const scheduler::UnloadModel& action) {
    auto answer = [this, worker = action.worker, id = action.model](const ipc::Frame&) {
        take_out(places_[worker], id);
        dispatch_.model_unloaded(id, Clock::now());
        carry_out();
    };
    if (const Place& place = places_[action.worker]; place.process)
        place.process->request(ipc::WorkerUnload{action.model}, -1, answer);
    listen_soon();
}

void Dispatcher::perform(const scheduler::ParkModel& action) {
    auto answer = [this, id = action.model](const ipc::Frame& frame) {
        if (frame.header.type == ipc::MessageType::ok) {
            dispatch_.model_parked(id, Clock::now());
        } else if (const auto found = models_.find(id); found != models_.end()) {
            const auto reply = ipc::decode<ipc::ErrorReply>(frame.body);
            spdlog::warn("model {} version {}: cannot be parked: {}", found->second->file.name,
                         found->second->version, describe(reply ? reply->error : reply.error()));
            watcher->park_refused(*found->second);
            dispatch_.model_park_failed(id, Clock::now());
        }
        carry_out();
    };
    if (const Place& place = places_[action.worker]; place.process)
        place.process->request(ipc::WorkerPark{action.model}, -1, answer);
    listen_soon();
}

void Dispatcher::perform(const scheduler::WakeModel& action) {
    load_started_.try_emplace(action.model, Clock::now());
    auto answer = [this, worker = action.worker, id = action.model](const ipc::Frame& frame) {
        load_answered(worker, id, frame);
    };
    if (const Place& place = places_[action.worker]; place.process)
        place.process->request(ipc::WorkerWake{action.model}, -1, answer);
    listen_soon();
}

void Dispatcher::perform(const scheduler::RunBatch& action) {
    for (const scheduler::JobId id : action.jobs) {
        Job& job = jobs_.at(id);
        job.suspect = action.suspect;
        job.batch = 0;
    }
    const NewJob& first = jobs_.at(action.jobs.front()).work;
    if (!first.synthetic) {
        ++first.model->batches;
        if (counter) counter->batch_sent(*first.model);
    }
    places_[action.worker].outgoing.push_back(action.jobs);
    send_ready_batches(action.worker);
}

void Dispatcher::perform(const scheduler::DropJob& action) {
    const auto found = jobs_.find(action.job);
    const Place& place = places_[action.worker];
    if (found == jobs_.end() || !place.process) return;
    if (found->second.batch == 0) return left_out(action.job);  // its channels are not mapped yet
    place.process->tell(ipc::DropJob{action.job, found->second.batch});
}

void Dispatcher::perform(const scheduler::RefuseJob& action) {
    const auto found = jobs_.find(action.job);
    if (found == jobs_.end()) return;
    const Job job = std::move(found->second);
    jobs_.erase(found);
    if (action.why == scheduler::Refusal::worker_died && job.digest)
        quarantine_.add(job.work.model->id, job.work.uid, *job.digest, Clock::now());
    const Error error = refusal(job, action);
    if (const auto requester = job.work.requester.lock())
        requester->request_failed(job.work.request, error);
    const bool withdrawn = action.why == scheduler::Refusal::cancelled ||
                           action.why == scheduler::Refusal::held ||
                           action.why == scheduler::Refusal::shutting_down;
    const JobOutcome outcome = action.why == scheduler::Refusal::too_late ? JobOutcome::late
                               : withdrawn                                ? JobOutcome::withdrawn
                                                                          : JobOutcome::refused;
    ended(action.job, job, outcome, error.code);
}

void Dispatcher::perform(const scheduler::ModelMoved& action) {
    ModelVersion& model = *models_.at(action.model);
    if (action.to != scheduler::Residency::hot) model.kept = {};  // which went with it
    watcher->moved(model, action);
}

void Dispatcher::perform(const scheduler::ModelSettled& action) {
    const ModelPtr& model = models_.at(action.model);
    spdlog::info("model {} version {}: {}", model->file.name, model->version,
                 to_string(to_wire(action.residency)));
    if (action.residency != scheduler::Residency::hot) load_started_.erase(action.model);
    ran_out_.erase(action.model);
    if (action.residency == scheduler::Residency::cold ||
        action.residency == scheduler::Residency::failed)
        threads_.erase(action.model);
    const scheduler::WorkerId place = dispatch_.worker_of(action.model);
    const auto view = dispatch_.view_model(action.model);
    watcher->settled(*model, action.residency, view.wanted || view.leaving);
    std::vector<Waiter> told;
    std::erase_if(waiters_, [&](const Waiter& waiter) {
        if (waiter.model != action.model) return false;
        // A load may pass through what is below hot on its way, and an unload through what is above
        // cold.
        const bool low = action.residency == scheduler::Residency::cold ||
                         action.residency == scheduler::Residency::parked;
        const bool high = action.residency == scheduler::Residency::hot ||
                          action.residency == scheduler::Residency::parked;
        const bool on_its_way = waiter.wants_hot ? low && view.wanted : high && view.leaving;
        if (on_its_way) return false;
        told.push_back(waiter);
        return true;
    });
    for (const Waiter& waiter : told) {
        const auto requester = waiter.requester.lock();
        if (!requester) continue;
        if (waiter.wants_hot && action.residency == scheduler::Residency::hot)
            requester->model_loaded(
                waiter.request,
                {false, model->last_wake.code.empty() ? model->last_load : model->last_wake});
        else if (!waiter.wants_hot && action.residency != scheduler::Residency::hot &&
                 action.residency != scheduler::Residency::parked)
            requester->model_unloaded(waiter.request);
        else
            requester->request_failed(waiter.request, missed(*model, place, action.residency));
    }
}

// Why a model rests where its waiter did not want it.
Error Dispatcher::missed(const ModelVersion& model, scheduler::WorkerId place,
                         scheduler::Residency residency) const {
    const std::string log = "the daemon's log has the whole story";
    if (residency == scheduler::Residency::failed)
        return {Errc::model_failed, problem(model), log, 0, 0};
    if (dispatch_.view_worker(place).state == scheduler::WorkerState::failed)
        return {Errc::worker_failed, places_[place].problem,
                places_[place].not_started.empty() ? log : places_[place].not_started, 0, 0};
    if (draining_) return {Errc::shutting_down, "samovard is shutting down", "", 0, 0};
    if (const auto found = room_problems_.find(model.id);
        found != room_problems_.end() && residency != scheduler::Residency::hot)
        return found->second;
    if (dispatch_.view_model(model.id).held) return held_refusal(model);
    const std::string name = "model \"" + model.file.name + "\"";
    return {Errc::cancelled,
            residency == scheduler::Residency::hot || residency == scheduler::Residency::parked
                ? name + " was to be unloaded, but a load came after"
                : name + " was to be loaded, but was unloaded or replaced meanwhile",
            "ask again if it still matters", 0, 0};
}

void Dispatcher::perform(const scheduler::ForgetModel& action) {
    const auto found = models_.find(action.model);
    spdlog::info("model {} version {}: gone", found->second->file.name, found->second->version);
    models_.erase(found);
    load_problems_.erase(action.model);
    room_problems_.erase(action.model);
    ran_out_.erase(action.model);
    load_started_.erase(action.model);
    memory_before_.erase(action.model);
    threads_.erase(action.model);
    watcher->version_gone(action.model);
}

// ---- Jobs on their way out ----------------------------------------------------------------------

// In order, each as soon as the channels of all its jobs are mapped in the worker.
void Dispatcher::send_ready_batches(scheduler::WorkerId id) {
    Place& place = places_[id];
    while (!place.outgoing.empty() && place.process) {
        std::vector<scheduler::JobId>& next = place.outgoing.front();
        std::erase_if(next, [this](scheduler::JobId job) { return !jobs_.contains(job); });
        bool ready = true;
        for (const scheduler::JobId job : next)
            ready = map_channels(id, jobs_.at(job)) && ready;
        if (!ready) return;
        send(place, next);
        place.outgoing.pop_front();
    }
}

void Dispatcher::send(Place& place, const std::vector<scheduler::JobId>& batch) {
    const scheduler::Time now = Clock::now();
    const auto together = place.process->jobs_together();
    auto followers = static_cast<std::uint32_t>(batch.size());
    if (followers > 0) ++place.batches;
    for (const scheduler::JobId id : batch) {
        Job& job = jobs_.at(id);
        job.sent = now;
        stay_awake(*job.work.model, now);
        job.batch = place.batches;
        ipc::RunJob& run = job.work.checked.run;
        run.model = job.work.model->id;
        run.suspect = job.suspect;
        run.refused = quarantine_.of(run.model, job.work.uid, now);
        run.followers = --followers;
        if (job.work.checked.deadline)
            run.deadline_ns = static_cast<std::uint64_t>(
                (job.received + *job.work.checked.deadline).time_since_epoch() /
                std::chrono::nanoseconds(1));
        place.process->send_job(run, id);
    }
}

// True when all are mapped; asks for those that are not.
bool Dispatcher::map_channels(scheduler::WorkerId id, const Job& job) {
    bool all = true;
    for (const ChannelPtr& channel : job.work.checked.channels) {
        if (places_[id].mapped.contains(channel->id())) continue;
        all = false;
        if (places_[id].mapping.insert(channel->id()).second) map_channel(id, *channel);
    }
    return all;
}

void Dispatcher::map_channel(scheduler::WorkerId id, const Channel& channel) {
    auto answer = [this, id, number = channel.id()](const ipc::Frame& frame) {
        channel_answered(id, number, frame);
    };
    places_[id].process->request(ipc::MapChannel{channel.id(), channel.bytes()}, channel.fd(),
                                 answer);
}

void Dispatcher::channel_answered(scheduler::WorkerId id, std::uint32_t channel,
                                  const ipc::Frame& frame) {
    Place& place = places_[id];
    place.mapping.erase(channel);
    if (frame.header.type == ipc::MessageType::ok) {
        place.mapped.insert(channel);
        if (place.gone_while_mapping.erase(channel) > 0) channel_gone(channel);
        return send_ready_batches(id);
    }
    place.gone_while_mapping.erase(channel);
    const auto reply = ipc::decode<ipc::ErrorReply>(frame.body);
    const Error error = reply ? reply->error : reply.error();
    // The batch at the front asked for it; others that need the channel ask again.
    if (place.outgoing.empty()) return;
    std::vector<scheduler::JobId> failed;
    std::erase_if(place.outgoing.front(), [&](scheduler::JobId job) {
        const auto found = jobs_.find(job);
        if (found == jobs_.end()) return true;
        const bool needs =
            std::ranges::any_of(found->second.work.checked.channels,
                                [&](const ChannelPtr& needed) { return needed->id() == channel; });
        if (needs) failed.push_back(job);
        return needs;
    });
    for (const scheduler::JobId job : failed)
        finish_failed(job, error);
    send_ready_batches(id);
}

// ---- Words --------------------------------------------------------------------------------------

Error Dispatcher::too_late(const Job& job, scheduler::Duration late) {
    const auto in_ms = [](auto duration) {
        return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count()) +
               " ms";
    };
    const scheduler::Duration waited = Clock::now() - job.received;
    const bool at_once = waited < std::chrono::milliseconds(1);
    return {Errc::too_late,
            "the job was to be done within " + in_ms(*job.work.checked.deadline) +
                (at_once ? std::string(", and would be late")
                         : ", and after waiting for " + in_ms(waited) + " would be late") +
                " by " + in_ms(late) + " at least, by what jobs of model \"" +
                job.work.model->file.name + "\" took",
            "allow more time, or ask with a higher priority", 0, 0};
}

Error held_refusal(const ModelVersion& model) {
    return {Errc::not_permitted, "model \"" + model.file.name + "\" is held: it is never loaded",
            model.file.residency.held
                ? "remove hold = true from its model.toml, then `samovar reload`"
                : "`samovar release " + model.file.name + "` takes that back",
            0, 0};
}

Error Dispatcher::refusal(const Job& job, const scheduler::RefuseJob& action) const {
    const ModelVersion& model = *job.work.model;
    const std::string name = "model \"" + model.file.name + "\"";
    const Place& place = places_[place_names_.at(model.worker)];
    std::uint64_t retry_ms = 0;
    if (action.retry_at > Clock::now())
        retry_ms = static_cast<std::uint64_t>(
            std::chrono::ceil<std::chrono::milliseconds>(action.retry_at - Clock::now()).count());
    switch (action.why) {
        case scheduler::Refusal::cancelled:
            return {Errc::cancelled, "the job was cancelled", "", 0, 0};
        case scheduler::Refusal::model_failed:
            return {Errc::model_failed, name + " could not be loaded: " + problem(model),
                    "mend the model, then `samovar reload`, or try `samovar load " +
                        model.file.name + "`",
                    0, retry_ms};
        case scheduler::Refusal::no_room:
            if (const auto found = room_problems_.find(model.id); found != room_problems_.end())
                return found->second;
            return {Errc::out_of_memory, "there is no room for " + name, "", 0, 1000};
        case scheduler::Refusal::held: return held_refusal(model);
        case scheduler::Refusal::worker_failed:
            if (!place.not_started.empty())
                return {Errc::worker_failed,
                        "worker " + place.program.name + " cannot be started: " + place.problem,
                        place.not_started, 0, retry_ms};
            return {
                Errc::worker_failed,
                "worker " + place.program.name + " died too often: " + place.problem,
                "the daemon's log says more; `samovar load " + model.file.name + "` tries at once",
                0, retry_ms};
        case scheduler::Refusal::worker_died:
            return {Errc::worker_died,
                    "the job was running when its worker died, twice: " + place.problem,
                    "this input is kept out for a minute; other inputs are served", 0,
                    kQuarantineMs};
        case scheduler::Refusal::run_limit:
            return {Errc::run_limit,
                    "the job ran longer than " + ipc::duration_in_words(model.file.max_run) +
                        ", which is the max_run of " + name,
                    "raise max_run in its model.toml, or send less at once", 0, 0};
        case scheduler::Refusal::too_late: return too_late(job, action.late);
        case scheduler::Refusal::shutting_down:
            return {Errc::shutting_down, "samovard is shutting down", "try again when it is back",
                    0, 0};
    }
    return {Errc::protocol, "refused", "", 0, 0};
}

}  // namespace samovar::daemon
