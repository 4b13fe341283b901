#pragma once
// A Dispatch under test whose time is milliseconds since its start and whose actions are words.

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "scheduler/dispatch.hpp"

namespace samovar::scheduler {

using namespace std::chrono_literals;

inline Time at(Duration since_start) {
    return Time{} + 1h + since_start;
}

// "start w0", "load A", "run 1", "run 1 alone", "refuse 1 run_limit", "A hot", ...
struct InWords {
    static std::string name(ModelId id) { return std::string(1, static_cast<char>(id)); }
    static std::string worker(WorkerId id) { return "w" + std::to_string(id); }
    static std::string name(Residency residency) { return std::string(to_string(residency)); }
    static const char* name(Refusal why) {
        switch (why) {
            case Refusal::cancelled: return "cancelled";
            case Refusal::model_failed: return "model_failed";
            case Refusal::no_room: return "no_room";
            case Refusal::held: return "held";
            case Refusal::worker_failed: return "worker_failed";
            case Refusal::worker_died: return "worker_died";
            case Refusal::run_limit: return "run_limit";
            case Refusal::too_late: return "too_late";
            case Refusal::shutting_down: return "shutting_down";
        }
        return "?";
    }

    std::string operator()(const StartWorker& a) const { return "start " + worker(a.worker); }
    std::string operator()(const StopWorker& a) const { return "stop " + worker(a.worker); }
    std::string operator()(const KillWorker& a) const { return "kill " + worker(a.worker); }
    std::string operator()(const MakeRoom& a) const {
        return "room for " + name(a.model) + (a.to_yield ? "" : " if there is");
    }
    std::string operator()(const ForgoRoom& a) const { return "no room needed " + name(a.model); }
    std::string operator()(const LoadModel& a) const { return "load " + name(a.model); }
    std::string operator()(const UnloadModel& a) const { return "unload " + name(a.model); }
    std::string operator()(const ParkModel& a) const { return "park " + name(a.model); }
    std::string operator()(const WakeModel& a) const { return "wake " + name(a.model); }
    std::string operator()(const RunBatch& a) const {
        std::string words = "run ";
        for (const JobId job : a.jobs)
            words += (job == a.jobs.front() ? "" : "+") + std::to_string(job);
        return words + (a.suspect ? " alone" : "");
    }
    std::string operator()(const DropJob& a) const { return "drop " + std::to_string(a.job); }
    std::string operator()(const RefuseJob& a) const {
        return "refuse " + std::to_string(a.job) + " " + name(a.why);
    }
    std::string operator()(const ModelMoved& a) const {
        return name(a.model) + " " + name(a.from) + "->" + name(a.to) + " " +
               std::string(to_string(a.cause));
    }
    std::string operator()(const ModelSettled& a) const {
        return name(a.model) + " " + name(a.residency);
    }
    std::string operator()(const ForgetModel& a) const { return "forget " + name(a.model); }
};

// Worker 0 serves the models A and B, and those that a test adds.
class Rig : public testing::Test {
  protected:
    static constexpr ModelId A = 'A', B = 'B', C = 'C';
    static constexpr Duration kMaxRun = 30s;

    explicit Rig(const DispatchLimits& limits = {}) : limits_(limits), dispatch_(limits) {
        dispatch_.add_worker();
        dispatch_.add_model(A, 0, {kMaxRun, {}});
        dispatch_.add_model(B, 0, {kMaxRun, {}});
    }

    // What the machine asked for since the last call: "start w0, load A". How models moved is
    // kept apart, for moves().
    std::string asked() {
        std::string words;
        for (auto actions = dispatch_.take(); !actions.empty(); actions = dispatch_.take())
            for (const Action& action : actions) {
                std::string& list = std::holds_alternative<ModelMoved>(action) ? moves_ : words;
                list += (list.empty() ? "" : ", ") + std::visit(InWords{}, action);
            }
        return words;
    }
    // How models moved since the last call: "A cold->loading demand".
    std::string moves() { return std::exchange(moves_, {}); }
    // ---- Events, each followed by what the machine asks for ------------------------------------
    std::string submit(JobId job, ModelId model, const JobTraits& traits = {}) {
        dispatch_.submit(job, model, traits, now_);
        return asked();
    }
    std::string cancel(JobId job) {
        dispatch_.cancel(job, now_);
        return asked();
    }
    std::string load(ModelId model) {
        dispatch_.load(model, now_);
        return asked();
    }
    std::string park(ModelId model, Cause cause = Cause::idle) {
        dispatch_.park(model, now_, cause);
        return asked();
    }
    std::string unload(ModelId model) {
        dispatch_.unload(model, now_);
        return asked();
    }
    std::string retire(ModelId model) {
        dispatch_.retire(model, now_);
        return asked();
    }
    std::string forgive() {
        dispatch_.forgive(now_);
        return asked();
    }
    std::string shut_down() {
        dispatch_.shut_down(now_);
        return asked();
    }
    std::string ready(WorkerId worker = 0) {
        dispatch_.worker_ready(worker, now_);
        return asked();
    }
    std::string exited(WorkerId worker = 0) {
        dispatch_.worker_exited(worker, now_);
        return asked();
    }
    std::string room_made(ModelId model) {
        dispatch_.room_made(model, now_);
        return asked();
    }
    std::string no_room(ModelId model) {
        dispatch_.no_room(model, now_);
        return asked();
    }
    std::string ran_out(ModelId model) {
        dispatch_.model_ran_out(model, now_);
        return asked();
    }
    std::string loaded(ModelId model) {
        dispatch_.model_loaded(model, now_);
        return asked();
    }
    std::string load_failed(ModelId model) {
        dispatch_.model_load_failed(model, now_);
        return asked();
    }
    std::string parked(ModelId model) {
        dispatch_.model_parked(model, now_);
        return asked();
    }
    std::string park_failed(ModelId model) {
        dispatch_.model_park_failed(model, now_);
        return asked();
    }
    std::string unloaded(ModelId model) {
        dispatch_.model_unloaded(model, now_);
        return asked();
    }
    std::string finished(JobId job) {
        dispatch_.finished(job, now_);
        return asked();
    }
    std::string answered_from_cache(JobId job, Duration took) {
        dispatch_.answered_from_cache(job, now_, took);
        return asked();
    }
    std::string left_out(JobId job) {
        dispatch_.left_out(job, now_);
        return asked();
    }
    std::string tick() {
        dispatch_.tick(now_);
        return asked();
    }
    void wait(Duration duration) { now_ += duration; }
    // Waits for the next alarm and lets it ring.
    std::string wait_for_tick() {
        const std::optional<Time> next = dispatch_.next_tick();
        if (!next) return "no alarm is set";
        now_ = std::max(now_, *next);
        return tick();
    }

    // ---- Starting points -----------------------------------------------------------------------
    template <class... Models>
    void make_hot(Models... models) {
        (dispatch_.load(models, now_), ...);
        dispatch_.worker_ready(0, now_);
        (dispatch_.model_loaded(models, now_), ...);
        asked();
    }
    // The worker dies by itself and a new one stands ready; what that asks for.
    std::string die_and_come_back() {
        std::string words = exited();
        if (words.find("start w0") == words.npos) words += wait_for_tick();
        return words + ", " + ready();
    }

    Residency residency(ModelId model) const { return dispatch_.view_model(model).residency; }
    WorkerState state(WorkerId worker = 0) const { return dispatch_.view_worker(worker).state; }
    std::optional<Duration> next_tick_in() const {
        const std::optional<Time> next = dispatch_.next_tick();
        if (!next) return std::nullopt;
        return *next - now_;
    }
    Time now() const { return now_; }

    DispatchLimits limits_;
    Dispatch dispatch_;
    std::string moves_;

  private:
    Time now_ = at(0s);
};

}  // namespace samovar::scheduler
