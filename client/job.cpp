#include <utility>

#include "client/job_access.hpp"
#include "client/running_job.hpp"
#include "client/session.hpp"

namespace samovar {

Job::Job() noexcept = default;
Job::Job(Job&&) noexcept = default;
Job& Job::operator=(Job&&) noexcept = default;
Job::~Job() = default;

bool Job::done() const {
    return running_ && running_->done();
}

Result<JobResult> Job::wait(std::chrono::milliseconds timeout) {
    if (!running_) return Error{Errc::invalid_argument, "this handle holds no job", "", 0, 0};
    if (!session_->wait(*running_, client::Deadline(timeout)))
        return Error{Errc::timed_out, "the job is not done in time",
                     "wait longer, or cancel it; its slots are lent until then", 0, 0};
    return running_->take_result();
}

void Job::cancel() {
    if (running_ && !running_->done()) session_->cancel(*running_);
}

JobSpec Job::take_spec() {
    if (!running_ || !running_->done()) return {};
    return running_->take_spec();
}

std::span<const std::byte> Output::bytes() const noexcept {
    if (!slot) return data;
    const auto bytes = tensor_bytes(dtype, shape);
    return slot.bytes().first(bytes ? static_cast<std::size_t>(*bytes) : 0);
}

namespace client {

Job JobAccess::make(std::shared_ptr<Session> session, std::shared_ptr<RunningJob> running) {
    Job job;
    job.session_ = std::move(session);
    job.running_ = std::move(running);
    return job;
}

}  // namespace client
}  // namespace samovar
