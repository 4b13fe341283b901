#pragma once
// A real worker process under test, and the daemon's end of its two sockets.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/worker_messages.hpp"
#include "tests/support/job_parts.hpp"

namespace samovar::tests {

using Bytes = ipc::Bytes;
inline constexpr std::chrono::seconds kDeadline{20};

// A frame with a body of its own.
struct Message {
    ipc::MessageType type{};
    std::uint64_t request = 0;
    Bytes body;

    // Throws where it is another message; says the error where it is one.
    template <class T>
    T as() const {
        if (type != T::kType) throw std::runtime_error("another message: " + describe());
        return ipc::decode<T>(body).value();
    }
    std::string describe() const;
};

class WorkerProcess {
  public:
    // Starts samovar-worker with `arguments` and waits for its hello.
    explicit WorkerProcess(std::vector<std::string> arguments = {"--device", "cpu"});
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    const ipc::WorkerHello& hello() const { return hello_; }
    pid_t pid() const { return pid_; }
    // What it has written to standard error.
    std::string log() const;

    template <class T>
    std::uint64_t ask_control(const T& message, int fd = -1) {
        send(control_.get(), ipc::encode(message, ++request_, fd >= 0 ? 1 : 0).value(), fd);
        return request_;
    }
    // Not for jobs that answer more than once.
    template <class T>
    std::uint64_t ask_jobs(const T& message) {
        send(jobs_.get(), ipc::encode(message, ++request_).value(), -1);
        return request_;
    }
    // The next answer to `request` from control, without Progress; from jobs, the next at all.
    Message control_answer(std::uint64_t request);
    Message job_answer();
    // Whether one has come that nobody has taken yet.
    bool has_job_answer() const;
    // How often Progress came with control_answer().
    int progress_count() const { return progress_; }

    // The Error of a load that must fail, the report of one that must not.
    Message load(const ipc::WorkerLoad& load) { return control_answer(ask_control(load)); }
    Message run(const ipc::RunJob& job) {
        ask_jobs(job);
        return job_answer();
    }
    ipc::WorkerHealthReport health();
    TestChannel open_channel(std::uint64_t bytes);

    void close_control() { control_.reset(); }
    void close_jobs() { jobs_.reset(); }
    void kill(int signal) const;
    // The status that waitpid gave, or nothing where it still lives at the deadline.
    std::optional<int> wait_for_exit(std::chrono::milliseconds within);

  private:
    static void send(int socket, const Bytes& frame, int fd);
    Message receive(int socket, ipc::FrameReader& reader);

    std::filesystem::path log_;
    pid_t pid_ = -1;
    ipc::UniqueFd control_, jobs_;
    ipc::FrameReader control_reader_, jobs_reader_;
    std::vector<Message> early_;  // answers that came before they were asked for
    ipc::WorkerHello hello_;
    std::uint64_t request_ = 0;
    std::uint32_t channels_ = 0;
    int progress_ = 0;
};

// A worker whose parent is a child of this process, while the daemon's ends of its sockets are
// here.
class SpawnedByChild {
  public:
    SpawnedByChild();
    ~SpawnedByChild();
    SpawnedByChild(const SpawnedByChild&) = delete;
    SpawnedByChild& operator=(const SpawnedByChild&) = delete;

    bool worker_lives() const;  // it has said hello
    void kill_parent() const;
    bool worker_dies_within(std::chrono::milliseconds time) const;

  private:
    pid_t parent_ = -1;
    ipc::UniqueFd control_, jobs_;
};

}  // namespace samovar::tests
