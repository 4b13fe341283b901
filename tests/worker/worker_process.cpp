#include "tests/worker/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include "ipc/os/segment.hpp"
#include "ipc/os/socket_io.hpp"
#include "tests/support/process.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

// A socketpair whose ends lie above the descriptors that the worker is given.
std::pair<ipc::UniqueFd, ipc::UniqueFd> socket_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::runtime_error("socketpair");
    const ipc::UniqueFd first(ends[0]), second(ends[1]);
    return {ipc::UniqueFd(::fcntl(first.get(), F_DUPFD_CLOEXEC, 10)),
            ipc::UniqueFd(::fcntl(second.get(), F_DUPFD_CLOEXEC, 10))};
}

pid_t spawn(const std::vector<std::string>& arguments, int control, int jobs,
            const std::string& log) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, control, ipc::kControlFd);
    posix_spawn_file_actions_adddup2(&actions, jobs, ipc::kJobsFd);
    posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    // As samovard sets it: threads that wait do not spin.
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    pid_t pid = -1;
    const int fault = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (fault != 0) throw std::runtime_error("cannot start " + arguments[0]);
    return pid;
}

}  // namespace

std::string Message::describe() const {
    std::string words(ipc::to_string(type));
    if (type == ipc::MessageType::error)
        words += ": " + samovar::describe(ipc::decode<ipc::ErrorReply>(body).value().error);
    return words;
}

WorkerProcess::WorkerProcess(std::vector<std::string> arguments) {
    static std::atomic<int> number{0};
    log_ = fs::temp_directory_path() / ("samovar-worker-test-" + std::to_string(::getpid()) + "-" +
                                        std::to_string(++number) + ".log");
    arguments.insert(arguments.begin(), SAMOVAR_WORKER_PROGRAM);
    auto [control, worker_control] = socket_pair();
    auto [jobs, worker_jobs] = socket_pair();
    pid_ = spawn(arguments, worker_control.get(), worker_jobs.get(), log_.native());
    control_ = std::move(control);
    jobs_ = std::move(jobs);
    worker_control.reset();
    worker_jobs.reset();
    hello_ = receive(control_.get(), control_reader_).as<ipc::WorkerHello>();
}

WorkerProcess::~WorkerProcess() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    fs::remove(log_, ignored);
}

std::string WorkerProcess::log() const {
    return text_of(log_);
}

void WorkerProcess::send(int socket, const Bytes& frame, int fd) {
    if (!ipc::send_all(socket, frame, fd)) throw std::runtime_error("the worker is gone");
}

Message WorkerProcess::receive(int socket, ipc::FrameReader& reader) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    for (;;) {
        auto frame = reader.take();
        if (!frame) throw std::runtime_error(samovar::describe(frame.error()));
        if (frame->has_value())
            return {(*frame)->header.type, (*frame)->header.request,
                    Bytes((*frame)->body.begin(), (*frame)->body.end())};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        pollfd ready{socket, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
            throw std::runtime_error("the worker does not answer; its log:\n" + log());
        const auto status = ipc::receive(socket, reader, ipc::Wait::no);
        if (!status || *status == ipc::ReadStatus::closed)
            throw std::runtime_error("the worker has ended; its log:\n" + log());
    }
}

Message WorkerProcess::control_answer(std::uint64_t request) {
    const auto mine = [&](const Message& message) { return message.request == request; };
    if (const auto found = std::find_if(early_.begin(), early_.end(), mine);
        found != early_.end()) {
        Message message = std::move(*found);
        early_.erase(found);
        return message;
    }
    for (;;) {
        Message message = receive(control_.get(), control_reader_);
        if (message.type == ipc::MessageType::progress)
            ++progress_;
        else if (mine(message))
            return message;
        else
            early_.push_back(std::move(message));
    }
}

Message WorkerProcess::job_answer() {
    return receive(jobs_.get(), jobs_reader_);
}

bool WorkerProcess::has_job_answer() const {
    pollfd ready{jobs_.get(), POLLIN, 0};
    return jobs_reader_.mid_frame() || ::poll(&ready, 1, 0) > 0;
}

ipc::WorkerHealthReport WorkerProcess::health() {
    return control_answer(ask_control(ipc::WorkerHealth{})).as<ipc::WorkerHealthReport>();
}

TestChannel WorkerProcess::open_channel(std::uint64_t bytes) {
    ipc::UniqueFd memfd = ipc::create_segment(ipc::round_to_pages(bytes)).value();
    ipc::Mapping mapping = ipc::Mapping::open(memfd.get(), ipc::round_to_pages(bytes)).value();
    ipc::MapChannel message;
    message.channel = ++channels_;
    message.bytes = ipc::round_to_pages(bytes);
    control_answer(ask_control(message, memfd.get())).as<ipc::Ok>();
    return {message.channel, std::move(memfd), std::move(mapping)};
}

void WorkerProcess::kill(int signal) const {
    ::kill(pid_, signal);
}

std::optional<int> WorkerProcess::wait_for_exit(std::chrono::milliseconds within) {
    const auto end = std::chrono::steady_clock::now() + within;
    for (;;) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            return status;
        }
        if (std::chrono::steady_clock::now() >= end) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

SpawnedByChild::SpawnedByChild() {
    auto [control, worker_control] = socket_pair();
    auto [jobs, worker_jobs] = socket_pair();
    control_ = std::move(control);
    jobs_ = std::move(jobs);
    parent_ = ::fork();
    if (parent_ < 0) throw std::runtime_error("fork");
    if (parent_ > 0) return;
    spawn({SAMOVAR_WORKER_PROGRAM}, worker_control.get(), worker_jobs.get(), "/dev/null");
    worker_control.reset();
    worker_jobs.reset();
    for (;;)
        ::pause();
}

SpawnedByChild::~SpawnedByChild() {
    kill_parent();
}

bool SpawnedByChild::worker_lives() const {
    pollfd ready{control_.get(), POLLIN, 0};
    std::byte first{};
    return ::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kDeadline).count())) == 1 &&
           ::recv(control_.get(), &first, 1, MSG_PEEK) == 1;
}

void SpawnedByChild::kill_parent() const {
    ::kill(parent_, SIGKILL);
    ::waitpid(parent_, nullptr, 0);
}

bool SpawnedByChild::worker_dies_within(std::chrono::milliseconds time) const {
    pollfd gone{control_.get(), POLLRDHUP, 0};
    return ::poll(&gone, 1, static_cast<int>(time.count())) == 1;
}

}  // namespace samovar::tests
