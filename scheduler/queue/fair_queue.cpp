#include "scheduler/queue/fair_queue.hpp"

namespace samovar::scheduler {

// ---- Flows --------------------------------------------------------------------------------------

void FairQueue::Flows::add(JobId job, const Submitter& submitter, Ledger& ledger) {
    User& user = users_[submitter.uid];
    turns_.enter(submitter.uid, ledger.users);
    user.turns.enter(submitter.session, ledger.sessions[submitter.uid]);
    user.sessions[submitter.session].insert(job);
}

void FairQueue::Flows::remove(JobId job, const Submitter& submitter) {
    const auto user = users_.find(submitter.uid);
    const auto session = user->second.sessions.find(submitter.session);
    session->second.erase(job);
    if (!session->second.empty()) return;
    user->second.turns.leave(submitter.session);
    user->second.sessions.erase(session);
    if (!user->second.sessions.empty()) return;
    turns_.leave(submitter.uid);
    users_.erase(user);
}

JobId FairQueue::Flows::next(Ledger& ledger) {
    const Uid uid = turns_.first(ledger.users);
    User& user = users_.at(uid);
    return *user.sessions.at(user.turns.first(ledger.sessions[uid])).begin();
}

// ---- The queue ----------------------------------------------------------------------------------

void FairQueue::push(JobId id, const QueuedJob& what, Time now) {
    const Job job{what, what.priority, now, now};
    jobs_.emplace(id, job);
    put(id, job);
}

bool FairQueue::erase(JobId id) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return false;
    withdraw(id, found->second);
    jobs_.erase(found);
    return true;
}

std::optional<JobId> FairQueue::front(Time now) {
    raise_old(now);
    for (Level& level : levels_)
        if (!level.all.empty()) return level.all.next(level.ledger);
    return std::nullopt;
}

Backlog FairQueue::backlog(JobId front) const {
    const Job& job = jobs_.at(front);
    const Kind& kind = levels_[static_cast<std::size_t>(job.level)].kinds.at(job.what.kind);
    return {kind.size, kind.ages.size(), kind.ages.begin()->first};
}

std::uint64_t FairQueue::work_before(const Submitter& submitter, Priority priority,
                                     const JobKind& kind) const {
    const auto& kinds = levels_[static_cast<std::size_t>(priority)].kinds;
    const auto jobs = kinds.find(kind);
    if (jobs == kinds.end()) return 0;
    const auto theirs = jobs->second.work.find(submitter);
    return theirs == jobs->second.work.end() ? 0 : theirs->second;
}

std::vector<FairQueue::Taken> FairQueue::take(Time now, const BatchLimits& limits) {
    std::vector<Taken> taken;
    const std::optional<JobId> head = front(now);
    if (!head) return taken;
    const Job job = jobs_.at(*head);
    Level& from = level(job.level);
    // None of those who wait on this level has had less.
    const Submitter& whose = job.what.submitter;
    Accounts<SessionId>& sessions = from.ledger.sessions[whose.uid];
    from.ledger.users.raise_floor(from.ledger.users.of(whose.uid));
    sessions.raise_floor(sessions.of(whose.session));
    taken.push_back(take_out(*head));
    BatchRoom room(limits, job.what.size);
    for (;;) {
        const auto mates = from.kinds.find(job.what.kind);
        if (mates == from.kinds.end()) return taken;
        const JobId mate = mates->second.flows.next(from.ledger);
        if (!room.take(jobs_.at(mate).what.size)) return taken;
        taken.push_back(take_out(mate));
    }
}

std::vector<JobId> FairQueue::drain() {
    std::vector<JobId> jobs;
    for (const auto& [id, job] : jobs_) {
        withdraw(id, job);
        jobs.push_back(id);
    }
    jobs_.clear();
    return jobs;
}

std::optional<JobId> FairQueue::oldest() const {
    return jobs_.empty() ? std::nullopt : std::optional(jobs_.begin()->first);
}

void FairQueue::settle(const Charge& charge, Share seconds) {
    book(charge, seconds - charge.seconds);
}

void FairQueue::put(JobId id, const Job& job) {
    Level& to = level(job.level);
    to.all.add(id, job.what.submitter, to.ledger);
    to.ages.emplace(job.since, id);
    Kind& kind = to.kinds[job.what.kind];
    kind.flows.add(id, job.what.submitter, to.ledger);
    kind.size += job.what.size;
    kind.work[job.what.submitter] += job.what.size.work();
    kind.ages.emplace(job.came, id);
}

void FairQueue::withdraw(JobId id, const Job& job) {
    Level& from = level(job.level);
    from.all.remove(id, job.what.submitter);
    from.ages.erase({job.since, id});
    const auto kind = from.kinds.find(job.what.kind);
    kind->second.flows.remove(id, job.what.submitter);
    kind->second.size -= job.what.size;
    const auto work = kind->second.work.find(job.what.submitter);
    work->second -= job.what.size.work();
    if (work->second == 0) kind->second.work.erase(work);
    kind->second.ages.erase({job.came, id});
    if (kind->second.flows.empty()) from.kinds.erase(kind);
}

void FairQueue::raise_old(Time now) {
    for (std::size_t i = kPriorities - 1; i > 0; --i)
        while (!levels_[i].ages.empty()) {
            const auto [since, id] = *levels_[i].ages.begin();
            if (now - since < kRisesAfter[i]) break;
            Job& job = jobs_.at(id);
            withdraw(id, job);
            job.level = static_cast<Priority>(i - 1);
            job.since += kRisesAfter[i];
            put(id, job);
        }
}

FairQueue::Taken FairQueue::take_out(JobId id) {
    const auto found = jobs_.find(id);
    const Job job = found->second;
    withdraw(id, job);
    jobs_.erase(found);
    const Taken taken{id, {job.what.submitter, job.level, job.what.seconds}};
    book(taken.charge, taken.charge.seconds);
    return taken;
}

void FairQueue::book(const Charge& charge, Share seconds) {
    Ledger& ledger = level(charge.level).ledger;
    const auto weight = weights_.find(charge.submitter.uid);
    ledger.users.charge(charge.submitter.uid,
                        seconds / (weight == weights_.end() ? 1 : weight->second));
    ledger.sessions[charge.submitter.uid].charge(charge.submitter.session, seconds);
    if (ledger.sessions.size() > 2 * ledger.users.size() + kManyUsers)
        std::erase_if(ledger.sessions,
                      [&](const auto& entry) { return !ledger.users.knows(entry.first); });
}

}  // namespace samovar::scheduler
