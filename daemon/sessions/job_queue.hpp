#pragma once
#include <utility>

#include <samovar/error.hpp>

#include "daemon/queue_options.hpp"
#include "scheduler/access/policy.hpp"

namespace samovar::daemon {

// The model of a job, as far as the queue is concerned.
struct QueuedModel {
    scheduler::ModelId id;
    const ModelBounds& bounds;
};

// A job's place among those that the daemon has, given back when the job goes.
class QueuePlace {
  public:
    QueuePlace() = default;
    QueuePlace(scheduler::Admission& admission, const scheduler::Submitter& submitter,
               scheduler::ModelId model, std::uint64_t bytes) noexcept
        : admission_(&admission), submitter_(submitter), model_(model), bytes_(bytes) {}
    QueuePlace(QueuePlace&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          submitter_(other.submitter_),
          model_(other.model_),
          bytes_(other.bytes_) {}
    QueuePlace& operator=(QueuePlace&& other) noexcept {
        std::swap(admission_, other.admission_);
        std::swap(submitter_, other.submitter_);
        std::swap(model_, other.model_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~QueuePlace() {
        if (admission_) admission_->leave(submitter_, bytes_, model_);
    }

  private:
    scheduler::Admission* admission_ = nullptr;
    scheduler::Submitter submitter_;
    scheduler::ModelId model_ = 0;
    std::uint64_t bytes_ = 0;
};

// The user of a job, likewise.
struct QueuedUser {
    scheduler::Ruled<std::uint64_t> jobs, bytes;
    scheduler::Ruled<double> rate;
};

// Keeps the jobs that the daemon has within their bounds, and those that come within their rates.
// Outlives every place. Loop thread only.
class JobQueue {
  public:
    explicit JobQueue(const QueueOptions& options)
        : limits_(options.limits), admission_(options.limits) {}

    const scheduler::Load& of_session() const { return limits_.session; }
    // For a job that brings so many bytes in its message. Errors: `busy`, which names the bound; of
    // a rate also when to come back, of other bounds the caller adds that.
    Result<QueuePlace> enter(const scheduler::Submitter& submitter, const QueuedUser& user,
                             const QueuedModel& model, std::uint64_t bytes, scheduler::Time now);
    // What a user, or a session, has of it now.
    scheduler::Load of_user(scheduler::Uid uid) const { return admission_.of(uid); }
    scheduler::Load of_session(scheduler::SessionId session) const {
        return admission_.of_session(session);
    }

  private:
    scheduler::AdmissionLimits limits_;
    scheduler::Admission admission_;
    scheduler::Rates<scheduler::Uid> users_;
    scheduler::Rates<scheduler::ModelId> models_;
};

}  // namespace samovar::daemon
