#pragma once
#include <samovar/job.hpp>

#include "client/pending.hpp"

namespace samovar::client {

// A job from its submission to its end: owns what was lent to it.
class RunningJob final : public Pending {
  public:
    // Errors: `slot_in_use`, `invalid_argument`, `out_of_bounds`; what the daemon cannot be asked.
    static Result<void> check(const JobSpec& spec);

    // `callback` may be empty: then somebody waits.
    RunningJob(JobSpec&& spec, JobCallback callback);

    Result<ipc::Bytes> frame(std::uint64_t number) override;
    void on_progress(const Progress& progress, Callbacks& callbacks) override;
    void on_answer(ipc::Frame& answer, Callbacks& callbacks) override;
    void on_failure(const Error& error, Callbacks& callbacks) override;
    std::size_t jobs() const noexcept override { return 1; }
    std::size_t inline_bytes() const noexcept override { return inline_bytes_; }

    // Once done(): the result, once. Ends the progress.
    Result<JobResult> take_result();
    // No progress is told once this returns. Without the session's lock, as take_result().
    void end_progress() const { progress_.end(); }
    // Before it was sent, or after it failed: what was lent.
    JobSpec take_spec() { return std::move(spec_); }

  private:
    void finish(Result<JobResult> result, Callbacks& callbacks);
    Result<JobResult> taken(ipc::Done& done);
    Result<Output> taken(ipc::OutputTensor& tensor, std::size_t index);

    JobSpec spec_;
    JobCallback callback_;
    const ProgressListener progress_;
    std::size_t inline_bytes_ = 0;
    Result<JobResult> result_;
};

}  // namespace samovar::client
