#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "daemon/connection.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// How to start a worker.
struct WorkerProgram {
    std::filesystem::path program;
    std::string name;    // "cpu", "cuda:0/upscaler": for the log
    std::string device;  // "cpu", "cuda:0"
    unsigned threads = 1;
    std::string log_level = "info";  // debug, info, warning, error
    std::uint64_t decode_cache = 0;  // bytes of decoded pictures that it keeps
    bool log_json = false;           // lines of JSON, not words
    std::string sandbox = "auto";    // off, auto or require
    std::filesystem::path room;      // all of the daemon's that it may read
};

// One samovar-worker process: its two sockets, its pidfd and its end. Loop thread only.
//
// A worker dies in pieces: its sockets reach their end, and the process becomes waitable, in any
// order. exited() is told when all of that has happened, so that every answer it managed to write
// has been read and the process is reaped.
class WorkerProcess : public std::enable_shared_from_this<WorkerProcess> {
  public:
    class Listener {
      public:
        virtual void worker_said_hello(WorkerProcess& worker, const ipc::WorkerHello& hello) = 0;
        // A frame from the jobs socket.
        virtual void worker_answered(WorkerProcess& worker, const ipc::Frame& frame) = 0;
        // The last call. `how`: "killed by signal 11 (Segmentation fault)", "exit status 1".
        virtual void worker_exited(WorkerProcess& worker, const std::string& how) = 0;

      protected:
        ~Listener() = default;
    };
    // Called for every answer to a control request, Progress included; never after the worker died.
    using Answer = std::function<void(const ipc::Frame&)>;

    // Errors: `io` (no descriptor, no process). `listener` outlives the process.
    static Result<std::shared_ptr<WorkerProcess>> spawn(const asio::any_io_executor& loop,
                                                        const WorkerProgram& program,
                                                        Listener& listener);

    template <class Message>
    void request(const Message& message, int descriptor, Answer answer) {
        const std::uint64_t id = next_request_++;
        answers_[id] = std::move(answer);
        control_->send(message, id, descriptor);
    }
    // To control, what has no answer.
    template <class Message>
    void tell(const Message& message) {
        control_->send(message, 0);
    }
    // What is sent of jobs while it lives goes out together.
    Connection::Together jobs_together() { return Connection::Together(*jobs_); }
    template <class Message>
    void send_job(const Message& message, std::uint64_t job) {
        jobs_->send(message, job);
    }

    // End of file: it exits by itself, and is killed if it takes too long.
    void stop();
    void kill();
    pid_t pid() const { return pid_; }
    const std::string& name() const { return name_; }

  private:
    WorkerProcess(std::string name, Listener& listener, pid_t pid,
                  asio::posix::stream_descriptor pidfd, UnixSocket control, UnixSocket jobs);

    void begin();
    asio::awaitable<void> read_control();
    asio::awaitable<void> read_jobs();
    void await_exit();
    void end_reached();
    void kill_after(std::chrono::milliseconds delay);

    std::string name_;
    Listener& listener_;
    pid_t pid_;
    asio::posix::stream_descriptor pidfd_;
    std::shared_ptr<Connection> control_, jobs_;
    asio::steady_timer timer_;
    std::unordered_map<std::uint64_t, Answer> answers_;
    std::uint64_t next_request_ = 1;
    int open_ends_ = 3;  // two sockets and the process
    std::string how_;
};

}  // namespace samovar::daemon
