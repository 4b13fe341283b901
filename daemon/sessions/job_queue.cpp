#include "daemon/sessions/job_queue.hpp"

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

}  // namespace

Result<QueuePlace> JobQueue::enter(const scheduler::Submitter& submitter, std::uint64_t bytes) {
    if (const auto over = admission_.enter(submitter, bytes)) return busy(*over, submitter.uid);
    return QueuePlace(admission_, submitter, bytes);
}

}  // namespace samovar::daemon
