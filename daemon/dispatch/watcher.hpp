#pragma once
#include <optional>

#include "daemon/models/registry.hpp"
#include "scheduler/residency/rules.hpp"
#include "scheduler/residency/warmth.hpp"

namespace samovar::daemon {

// Whoever watches what the dispatcher does with its models. Called in the middle of its steps: may
// ask it for moves, which follow when the step is done.
class DispatchWatcher {
  public:
    // A version that can run, cold; `instead_of`: the one that it replaces.
    virtual void version_added(const ModelVersion& model,
                               std::optional<scheduler::ModelId> instead_of) = 0;
    virtual void version_gone(scheduler::ModelId model) = 0;
    // `asked`: the caller's own keep-alive. How the job finds its model; job_ended() gets it back.
    virtual scheduler::CallKind job_came(scheduler::ModelId model,
                                         std::optional<scheduler::KeepAlive> asked) = 0;
    struct JobEnd {
        scheduler::CallKind kind;
        bool ran = false;                           // a worker had it
        std::optional<scheduler::Duration> took{};  // from its coming to a good answer
    };
    virtual void job_ended(scheduler::ModelId model, const JobEnd& end) = 0;
    virtual void moved(const ModelVersion& model, const scheduler::ModelMoved& move) = 0;
    // It rests; `moves_on`: only on its way to elsewhere.
    virtual void settled(const ModelVersion& model, scheduler::Residency residency,
                         bool moves_on) = 0;
    // A load is due, and needs room; to be answered by the dispatcher's room_made() or no_room().
    virtual void room_wanted(scheduler::ModelId model, bool to_yield) = 0;
    virtual void room_forgone(scheduler::ModelId model) = 0;
    // A load found too little memory. What holds it, in words.
    virtual std::string ran_out(const ModelVersion& model) = 0;
    // Before the move to hot: what is known of it now.
    virtual void loaded(const ModelVersion& model, bool can_park) = 0;
    // Its worker could not park it; it is still hot.
    virtual void park_refused(const ModelVersion& model) = 0;

  protected:
    ~DispatchWatcher() = default;
};

}  // namespace samovar::daemon
