#pragma once
#include <utility>

#include <samovar/error.hpp>

#include "daemon/queue_options.hpp"

namespace samovar::daemon {

// A job's place among those that the daemon has, given back when the job goes.
class QueuePlace {
  public:
    QueuePlace() = default;
    QueuePlace(scheduler::Admission& admission, const scheduler::Submitter& submitter,
               std::uint64_t bytes) noexcept
        : admission_(&admission), submitter_(submitter), bytes_(bytes) {}
    QueuePlace(QueuePlace&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          submitter_(other.submitter_),
          bytes_(other.bytes_) {}
    QueuePlace& operator=(QueuePlace&& other) noexcept {
        std::swap(admission_, other.admission_);
        std::swap(submitter_, other.submitter_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~QueuePlace() {
        if (admission_) admission_->leave(submitter_, bytes_);
    }

  private:
    scheduler::Admission* admission_ = nullptr;
    scheduler::Submitter submitter_;
    std::uint64_t bytes_ = 0;
};

// Keeps the jobs that the daemon has within their bounds. Outlives every place. Loop thread only.
class JobQueue {
  public:
    explicit JobQueue(const QueueOptions& options) : limits_(options.limits), admission_(limits_) {
        for (const auto& [uid, share] : options.users)
            if (share.limit) admission_.set_limit(uid, *share.limit);
    }

    const scheduler::Load& of_session() const { return limits_.session; }
    // For a job that brings so many bytes in its message. Errors: `busy`, which names the bound;
    // the caller adds when to come back.
    Result<QueuePlace> enter(const scheduler::Submitter& submitter, std::uint64_t bytes);

  private:
    scheduler::AdmissionLimits limits_;
    scheduler::Admission admission_;
};

}  // namespace samovar::daemon
