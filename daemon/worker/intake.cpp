#include "daemon/worker/intake.hpp"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include "daemon/worker/log.hpp"

namespace samovar::worker {

std::optional<TakenBatch> Intake::next(ipc::Wait wait) {
    for (;;) {
        Result<std::optional<ipc::Frame>> frame = reader_.take();
        if (!frame) {
            log::error("jobs: " + describe(frame.error()));
            _exit(1);
        }
        if (frame->has_value()) {
            if (std::optional<TakenBatch> batch = take(**frame)) return batch;
            continue;
        }
        const auto status = ipc::receive(socket_, reader_, wait);
        if (!status || *status == ipc::ReadStatus::closed) _exit(0);
        if (*status == ipc::ReadStatus::again) return std::nullopt;
    }
}

bool Intake::wait(std::chrono::milliseconds most) const {
    pollfd watched{socket_, POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(most.count())) != 0;
}

std::optional<TakenBatch> Intake::take(const ipc::Frame& frame) {
    const std::uint64_t request = frame.header.request;
    Result<ipc::RunJob> job =
        frame.header.type == ipc::MessageType::run_job
            ? ipc::decode<ipc::RunJob>(frame.body)
            : Error{Errc::protocol, "the jobs socket takes run_job only", "", 0, 0};
    bool more = false;
    if (job) {
        more = job->followers > 0;
        taken_.push_back({request, std::move(*job)});
    } else {
        answers_.fail(std::move(job).error(), request);
    }
    if (more || taken_.empty()) return std::nullopt;
    return std::exchange(taken_, {});
}

}  // namespace samovar::worker
