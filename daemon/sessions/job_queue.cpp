#include "daemon/sessions/job_queue.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

namespace samovar::daemon {
namespace {

using scheduler::Overload;

Error busy(const Overload& over, scheduler::Uid uid) {
    const std::string limit = std::to_string(over.limit);
    std::string who, way;
    switch (over.of) {
        case Overload::Of::session:
            who = "this session";
            way = "wait for one to be done";
            break;
        case Overload::Of::user:
            who = "user " + std::to_string(uid);
            way = "wait for one of that user's to be done";
            break;
        case Overload::Of::model:
            who = "this model";
            way = "wait for one to be done";
            break;
        case Overload::Of::all:
            who = "the daemon";
            way = "try again a little later";
            break;
    }
    Error error{Errc::busy, "", way, 0, 0};
    if (over.in == Overload::In::jobs) {
        error.message = who + " has " + limit + " jobs that are not done, and no more are allowed";
    } else {
        error.message = "the inline tensors of the jobs of " + who + " would hold more than " +
                        limit + " bytes";
        error.hint += ", or put tensors into a channel";
    }
    return error;
}

Error too_fast(const std::string& who, double rate, scheduler::Duration wait) {
    std::ostringstream words;
    words << who << " may have " << rate << " jobs a second, and has had them";
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return {Errc::busy, words.str(), "send more slowly, or ask for a higher rate", 0,
            static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 1))};
}

}  // namespace

JobQueue::JobQueue(const QueueOptions& options) : options_(options), admission_(options.limits) {
    for (const auto& [uid, share] : options.users)
        if (share.limit) admission_.set_limit(uid, *share.limit);
}

double JobQueue::rate_of(scheduler::Uid uid) const {
    const auto own = options_.users.find(uid);
    const bool stated = own != options_.users.end() && own->second.rate;
    return stated ? *own->second.rate : options_.user_rate;
}

Result<QueuePlace> JobQueue::enter(const scheduler::Submitter& submitter, const QueuedModel& model,
                                   std::uint64_t bytes, scheduler::Time now) {
    const scheduler::Load of_model{model.bounds.jobs, scheduler::kNoLimit.bytes};
    if (const auto over = admission_.enter(submitter, bytes, model.id, of_model))
        return busy(*over, submitter.uid);
    QueuePlace place(admission_, submitter, model.id, bytes);
    const double of_user = rate_of(submitter.uid);
    if (const auto wait = users_.take(submitter.uid, of_user, now))
        return too_fast("user " + std::to_string(submitter.uid), of_user, *wait);
    if (const auto wait = models_.take(model.id, model.bounds.rate, now)) {
        users_.give_back(submitter.uid);
        return too_fast("this model", model.bounds.rate, *wait);
    }
    return Result<QueuePlace>(std::move(place));
}

}  // namespace samovar::daemon
