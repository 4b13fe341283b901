// How jobs end: told to those who watch and count, and to the log.

#include <spdlog/spdlog.h>

#include "daemon/dispatch/dispatcher.hpp"

namespace samovar::daemon {
namespace {

double in_milliseconds(std::uint64_t ns) {
    return static_cast<double>(ns) / 1e6;
}

// One line a job. What was wrong with it is said by its code: messages may repeat what callers
// wrote.
void log_end(scheduler::JobId id, std::uint32_t uid, const std::string& model, JobOutcome outcome,
             Errc why, const ipc::Timings& timings) {
    if (!spdlog::should_log(spdlog::level::debug)) return;
    if (outcome == JobOutcome::done || outcome == JobOutcome::cached)
        spdlog::debug(
            "job {} uid={} model={}: {} in {:.3f} ms (queued {:.3f}, prepared {:.3f}, inferred "
            "{:.3f}, finished {:.3f})",
            id, uid, model, outcome_name(outcome), in_milliseconds(timings.total),
            in_milliseconds(timings.queued), in_milliseconds(timings.prepared),
            in_milliseconds(timings.inferred), in_milliseconds(timings.finished));
    else
        spdlog::debug("job {} uid={} model={}: {}: {}", id, uid, model, outcome_name(outcome),
                      to_string(why));
}

}  // namespace

std::string_view outcome_name(JobOutcome outcome) noexcept {
    switch (outcome) {
        case JobOutcome::done: return "done";
        case JobOutcome::cached: return "cached";
        case JobOutcome::failed: return "failed";
        case JobOutcome::refused: return "refused";
        case JobOutcome::late: return "late";
        case JobOutcome::withdrawn: return "withdrawn";
    }
    return "unknown";
}

void Dispatcher::ended(scheduler::JobId id, const Job& job, JobOutcome outcome, Errc why,
                       const ipc::Timings& timings) {
    if (job.work.synthetic) return;
    ModelVersion& model = *job.work.model;
    log_end(id, job.work.uid, model.file.name, outcome, why, timings);
    DispatchWatcher::JobEnd end{.kind = job.kind};
    // A result that was kept says nothing of how warm the model was.
    const bool answered = outcome == JobOutcome::done || outcome == JobOutcome::cached;
    end.ran = answered || outcome == JobOutcome::failed;
    if (answered) ++model.jobs_done;
    if (outcome == JobOutcome::done) end.took = scheduler::Clock::now() - job.received;
    if (outcome == JobOutcome::failed || outcome == JobOutcome::refused) ++model.jobs_failed;
    if (counter)
        counter->job_ended(
            {model, outcome, end.ran && job.kind == scheduler::CallKind::cold, timings});
    watcher->job_ended(model.id, end);
}

}  // namespace samovar::daemon
