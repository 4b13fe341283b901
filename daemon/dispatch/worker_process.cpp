#include "daemon/dispatch/worker_process.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <spdlog/spdlog.h>
#include <cstring>

#include "daemon/dispatch/spawn.hpp"

namespace samovar::daemon {
namespace {

// A worker leaves at end of file with _exit; one that does not is stuck in a driver.
constexpr std::chrono::milliseconds kExitPatience{2000};
// After the process is reaped its sockets are at their end, unless it left a child behind.
constexpr std::chrono::milliseconds kDrainPatience{500};
// Two batches are in flight, and the queue's bounds keep what its jobs carry below half of this.
constexpr ConnectionLimits kWorkerLimits{.outbox_bytes = 1u << 30,
                                         .stall = std::chrono::minutes(10)};

std::string describe_end(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return "exit status " + std::to_string(info.si_status);
    return "killed by signal " + std::to_string(info.si_status) + " (" +
           ::strsignal(info.si_status) + ")";
}

// Gives a descriptor to the loop, which can lack the memory to watch it.
template <class Watched, class... Kind>
Result<Watched> watch(const asio::any_io_executor& loop, ipc::UniqueFd fd, const Kind&... kind) {
    Watched watched(loop);
    boost::system::error_code fault;
    watched.assign(kind..., fd.get(), fault);
    if (fault) return io_error("watching a new worker", fault.value());
    fd.release();
    return watched;
}

template <class Value>
const Error* error_of(const Result<Value>& result) {
    return result ? nullptr : &result.error();
}

using Pidfd = asio::posix::stream_descriptor;
using Protocol = asio::local::stream_protocol;

}  // namespace

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::spawn(const asio::any_io_executor& loop,
                                                            const WorkerProgram& program,
                                                            Listener& listener) {
    Result<Spawned> spawned = spawn_worker(program);
    if (!spawned) return spawned.error();
    auto pidfd = watch<Pidfd>(loop, std::move(spawned->pidfd));
    auto control = watch<UnixSocket>(loop, std::move(spawned->control), Protocol());
    auto jobs = watch<UnixSocket>(loop, std::move(spawned->jobs), Protocol());
    for (const Error* error : {error_of(pidfd), error_of(control), error_of(jobs)}) {
        if (!error) continue;
        end_worker(spawned->pid);
        return *error;
    }
    std::shared_ptr<WorkerProcess> worker(new WorkerProcess(program.name, listener, spawned->pid,
                                                            std::move(*pidfd), std::move(*control),
                                                            std::move(*jobs)));
    worker->begin();
    return worker;
}

WorkerProcess::WorkerProcess(std::string name, Listener& listener, pid_t pid,
                             asio::posix::stream_descriptor pidfd, UnixSocket control,
                             UnixSocket jobs)
    : name_(std::move(name)),
      listener_(listener),
      pid_(pid),
      pidfd_(std::move(pidfd)),
      control_(std::make_shared<Connection>(std::move(control), kWorkerLimits)),
      jobs_(std::make_shared<Connection>(std::move(jobs), kWorkerLimits)),
      timer_(pidfd_.get_executor()) {}

void WorkerProcess::begin() {
    const auto self = shared_from_this();
    const auto loop = pidfd_.get_executor();
    // The coroutines' frames do not own *this; the completion handlers do.
    const auto ended = [self](std::exception_ptr fault) {
        or_end_the_daemon(fault);
        self->end_reached();
    };
    asio::co_spawn(loop, read_control(), ended);
    asio::co_spawn(loop, read_jobs(), ended);
    await_exit();
}

asio::awaitable<void> WorkerProcess::read_control() {
    while (true) {
        const Result<ipc::Frame> frame = co_await control_->next();
        if (!frame) {
            if (frame.error().code != Errc::disconnected)
                spdlog::error("worker {} pid {}: control: {}", name_, pid_, frame.error().message);
            break;
        }
        if (frame->header.type == ipc::MessageType::worker_hello) {
            if (const auto hello = ipc::decode<ipc::WorkerHello>(frame->body))
                listener_.worker_said_hello(*this, *hello);
            continue;
        }
        const auto found = answers_.find(frame->header.request);
        if (found == answers_.end()) continue;
        const Answer answer = found->second;
        if (frame->header.type != ipc::MessageType::progress) answers_.erase(found);
        answer(*frame);
    }
}

asio::awaitable<void> WorkerProcess::read_jobs() {
    while (true) {
        const Result<ipc::Frame> frame = co_await jobs_->next();
        if (!frame) {
            if (frame.error().code != Errc::disconnected)
                spdlog::error("worker {} pid {}: jobs: {}", name_, pid_, frame.error().message);
            break;
        }
        listener_.worker_answered(*this, *frame);
    }
}

void WorkerProcess::await_exit() {
    pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](boost::system::error_code fault) {
                          if (fault) return;
                          siginfo_t info{};
                          if (::waitid(P_PIDFD, static_cast<id_t>(self->pidfd_.native_handle()),
                                       &info, WEXITED) == 0)
                              self->how_ = describe_end(info);
                          self->pidfd_.close();
                          self->timer_.expires_after(kDrainPatience);
                          self->timer_.async_wait(
                              [weak = self->weak_from_this()](boost::system::error_code late) {
                                  const auto worker = weak.lock();
                                  if (late || !worker) return;
                                  worker->control_->close();
                                  worker->jobs_->close();
                              });
                          self->end_reached();
                      });
}

void WorkerProcess::end_reached() {
    if (--open_ends_ > 0) {
        // Without one of its sockets it is of no use, and if it is dying already this changes
        // nothing.
        if (pidfd_.is_open()) kill_after(kExitPatience);
        return;
    }
    timer_.cancel();
    answers_.clear();
    control_->close();
    jobs_->close();
    listener_.worker_exited(*this, how_);
}

void WorkerProcess::stop() {
    control_->close();
    jobs_->close();
}

void WorkerProcess::kill() {
    if (pidfd_.is_open())
        ::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), SIGKILL, nullptr, 0);
}

void WorkerProcess::kill_after(std::chrono::milliseconds delay) {
    timer_.expires_after(delay);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code fault) {
        if (const auto worker = weak.lock(); worker && !fault) worker->kill();
    });
}

}  // namespace samovar::daemon
