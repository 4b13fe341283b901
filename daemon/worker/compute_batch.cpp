// A batch: what is done before it runs, by whichever thread, and its run.

#include <utility>

#include "daemon/worker/compute.hpp"
#include "daemon/worker/job_error.hpp"

namespace samovar::worker {

// Whatever thread has time for it. What an equal job left is looked up, but answered in its turn.
std::unique_ptr<ComputeLoop::ReadyJobs> ComputeLoop::make_ready(const TakenBatch& taken,
                                                                const LoadedModel& model,
                                                                const Prepare& prepare,
                                                                const TellError& tell) {
    auto ready = std::make_unique<ReadyJobs>();
    std::vector<BatchJob> jobs;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        Member& member = *ready->members.emplace_back(std::make_unique<Member>(channels_));
        try {
            admit(taken[i], member.slots);
            CachedJob& job = member.job.emplace(model, taken[i].job, member.slots);
            if (auto kept = job.from_cache()) {
                member.answer.emplace(*std::move(kept));
                continue;
            }
            jobs.push_back(job.to_run(wanted(taken[i])));
            ready->places.push_back(i);
        } catch (...) {
            member.answer.emplace(tell());
        }
    }
    try {
        if (!jobs.empty()) ready->prepared = prepare(jobs);
    } catch (...) {
        const Error error = tell();
        for (const std::size_t place : ready->places)
            ready->members[place]->answer.emplace(error);
        ready->places.clear();
    }
    return ready;
}

// Since they were made ready, deadlines may have passed, callers have left, and equal jobs have
// left their results.
void ComputeLoop::look_again(const TakenBatch& taken, ReadyJobs& jobs, const TellError& tell) {
    for (std::size_t i = 0; i < jobs.places.size(); ++i) {
        Member& member = *jobs.members[jobs.places[i]];
        try {
            check_call(taken[jobs.places[i]]);
            if (auto kept = member.job->from_cache()) member.answer.emplace(*std::move(kept));
        } catch (...) {
            member.answer.emplace(tell());
        }
        if (member.answer) jobs.prepared->drop(i, {Errc::cancelled, "it has its answer", "", 0, 0});
    }
}

// They wait for no inference of others.
void ComputeLoop::answer_known(const TakenBatch& taken, ReadyJobs& jobs) {
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (!jobs.members[i]->answer) continue;
        Result<ipc::JobDone> known = *std::move(jobs.members[i]->answer);
        jobs.members[i].reset();
        line_.add({taken[i].request, std::move(known)});
    }
}

std::vector<ComputeLoop::Answer> ComputeLoop::run_ready(const TakenBatch& taken, ReadyJobs& jobs,
                                                        const TellError& tell) {
    std::vector<Answer> answers;
    if (!jobs.prepared) return answers;
    std::vector<Result<ipc::JobDone>> done;
    try {
        done = jobs.prepared->run(device_, *clock_, tell);
    } catch (...) {
        done.assign(jobs.places.size(), tell());
    }
    for (std::size_t i = 0; i < jobs.places.size(); ++i) {
        std::unique_ptr<Member>& member = jobs.members[jobs.places[i]];
        if (member == nullptr) continue;
        const TakenJob& job = taken[jobs.places[i]];
        try {
            answers.push_back(done[i] ? finish(job, std::move(member), *std::move(done[i]))
                                      : Answer{job.request, std::move(done[i])});
        } catch (...) {
            answers.push_back({job.request, tell()});
        }
    }
    return answers;
}

}  // namespace samovar::worker
