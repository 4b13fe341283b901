#include "daemon/sessions/job_queue.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

namespace samovar::daemon {
namespace {

using scheduler::Overload;

// Whose bound it is, the rule that sets it, and what helps.
struct Bound {
    std::string who, rule, way;
};

Bound bound_of(const Overload& over, scheduler::Uid uid, const QueuedUser& user) {
    const bool jobs = over.in == Overload::In::jobs;
    const std::string key = jobs ? "jobs" : "bytes";
    switch (over.of) {
        case Overload::Of::session:
            return {"this session", "session_" + key + " in [queue] of samovard.toml",
                    "wait for one to be done"};
        case Overload::Of::user:
            return {"user " + std::to_string(uid), (jobs ? user.jobs : user.bytes).rule,
                    "wait for one of that user's to be done"};
        case Overload::Of::model:
            return {"this model", key + " in [limits] of its model.toml",
                    "wait for one to be done"};
        case Overload::Of::all: break;
    }
    return {"the daemon", key + " in [queue] of samovard.toml", "try again a little later"};
}

Error busy(const Overload& over, scheduler::Uid uid, const QueuedUser& user) {
    const std::string limit = std::to_string(over.limit);
    const Bound bound = bound_of(over, uid, user);
    if (over.in == Overload::In::jobs)
        return {Errc::busy,
                bound.who + " has " + limit +
                    " jobs that are not done, and no more are allowed: " + bound.rule,
                bound.way, 0, 0};
    return {Errc::busy,
            "the inline tensors of the jobs of " + bound.who + " would hold more than " + limit +
                " bytes: " + bound.rule,
            bound.way + ", or put tensors into a channel", 0, 0};
}

Error too_fast(const std::string& who, double rate, const std::string& rule,
               scheduler::Duration wait) {
    std::ostringstream words;
    words << who << " may have " << rate << " jobs a second, and has had them: " << rule;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return {Errc::busy, words.str(), "send more slowly, or ask for a higher rate", 0,
            static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 1))};
}

}  // namespace

Result<QueuePlace> JobQueue::enter(const scheduler::Submitter& submitter, const QueuedUser& user,
                                   const QueuedModel& model, std::uint64_t bytes,
                                   scheduler::Time now) {
    const scheduler::Load of_user{user.jobs.value, user.bytes.value};
    const scheduler::Load of_model{model.bounds.jobs, scheduler::kNoLimit.bytes};
    if (const auto over = admission_.enter(submitter, bytes, of_user, model.id, of_model))
        return busy(*over, submitter.uid, user);
    QueuePlace place(admission_, submitter, model.id, bytes);
    if (const auto wait = users_.take(submitter.uid, user.rate.value, now))
        return too_fast("user " + std::to_string(submitter.uid), user.rate.value, user.rate.rule,
                        *wait);
    if (const auto wait = models_.take(model.id, model.bounds.rate, now)) {
        users_.give_back(submitter.uid);
        return too_fast("this model", model.bounds.rate, "rate in [limits] of its model.toml",
                        *wait);
    }
    return Result<QueuePlace>(std::move(place));
}

}  // namespace samovar::daemon
