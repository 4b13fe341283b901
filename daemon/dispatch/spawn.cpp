#include "daemon/dispatch/spawn.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

extern char** environ;

namespace samovar::daemon {
namespace {

// In the child: where it says why it did not become a worker.
constexpr int kReportFd = ipc::kJobsFd + 1;
// Above every number that is given in the child, so that none is overwritten.
constexpr int kSafeFd = 16;

struct Pair {
    ipc::UniqueFd ours, theirs;
};

Result<Pair> socket_pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return io_error("socketpair", errno);
    Pair pair{ipc::UniqueFd(fds[0]), ipc::UniqueFd(fds[1])};
    pair.theirs.reset(::fcntl(pair.theirs.get(), F_DUPFD_CLOEXEC, kSafeFd));
    if (!pair.theirs) return io_error("socketpair", errno);
    return pair;
}

// Between fork and exec only what is safe for signal handlers may be called.

// As a program expects them: what this one ignores or holds back would stay so.
void reset_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        ::sigaction(signal, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// 0 to 2, the sockets where the worker looks for them, and `report` behind, which exec closes. The
// first to go is what the daemon listens on: a child that outlived it would keep its name taken.
bool set_files(int control, int jobs, int report) {
    return ::dup2(report, kReportFd) >= 0 && ::dup2(control, ipc::kControlFd) >= 0 &&
           ::dup2(jobs, ipc::kJobsFd) >= 0 && ::close_range(kReportFd + 1, ~0U, 0) == 0 &&
           ::fcntl(kReportFd, F_SETFD, FD_CLOEXEC) == 0 &&
           ::dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && ::close(STDIN_FILENO) == 0 &&
           ::open("/dev/null", O_RDONLY) == STDIN_FILENO;
}

// Dies with the daemon, however that ends; false if it has ended already.
bool die_with(pid_t daemon) {
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == daemon;
}

// The daemon's environment, without what systemd meant for the daemon alone. OpenMP reads its
// variables while it is loaded, before any of the worker's own code runs: spinning threads that
// lose their core cost hundreds of milliseconds at p99 (docs/benchmarks.md). CUDA counts GPUs as
// NVML does, by their place on the bus: left alone it begins with the fastest.
std::vector<std::string> environment() {
    std::vector<std::string> variables;
    bool ordered = false;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        if (text.starts_with("NOTIFY_SOCKET=") || text.starts_with("LISTEN_") ||
            text.starts_with("WATCHDOG_") || text.starts_with("OMP_WAIT_POLICY="))
            continue;
        ordered = ordered || text.starts_with("CUDA_DEVICE_ORDER=");
        variables.emplace_back(text);
    }
    variables.emplace_back("OMP_WAIT_POLICY=passive");
    if (!ordered) variables.emplace_back("CUDA_DEVICE_ORDER=PCI_BUS_ID");
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (std::string& text : strings)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

// What a child is made of; all memory is there before it is forked.
struct Plan {
    const char* program;
    std::vector<char*> arguments, variables;
    int control, jobs, report;
    pid_t daemon;
};

[[noreturn]] void become_worker(const Plan& plan) {
    if (set_files(plan.control, plan.jobs, plan.report) && die_with(plan.daemon)) {
        reset_signals();
        ::execve(plan.program, plan.arguments.data(), plan.variables.data());
    }
    const int fault = errno;
    [[maybe_unused]] const ssize_t told = ::write(kReportFd, &fault, sizeof fault);
    ::_exit(127);
}

// 0 once the child runs its program; else why it could not. The child's end is not open here.
int await_exec(int report) {
    int fault = 0;
    ssize_t got;
    do {
        got = ::read(report, &fault, sizeof fault);
    } while (got < 0 && errno == EINTR);
    return got == sizeof fault ? fault : 0;
}

// Forks, and returns once the child is a worker or nothing. No signal's handler of the daemon runs
// in the child.
Result<pid_t> start(const Plan& plan, ipc::UniqueFd their_report, int our_report) {
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) become_worker(plan);
    const int fault = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    their_report.reset();
    if (pid < 0) return io_error("fork", fault);
    if (const int not_begun = await_exec(our_report); not_begun != 0) {
        end_worker(pid);
        Error error = io_error(std::string("starting ") + plan.program, not_begun);
        error.hint = "start samovard with --worker-folder, which names the folder that " +
                     std::filesystem::path(plan.program).filename().string() + " is in";
        return error;
    }
    return pid;
}

}  // namespace

void end_worker(pid_t pid) {
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<Spawned> spawn_worker(const WorkerProgram& program) {
    Result<Pair> control = socket_pair();
    if (!control) return control.error();
    Result<Pair> jobs = socket_pair();
    if (!jobs) return jobs.error();
    Result<Pair> report = socket_pair();
    if (!report) return report.error();

    std::vector<std::string> arguments{program.program.string(),
                                       "--device",
                                       program.device,
                                       "--threads",
                                       std::to_string(program.threads),
                                       "--name",
                                       program.name,
                                       "--log-level",
                                       program.log_level,
                                       "--decode-cache",
                                       std::to_string(program.decode_cache),
                                       "--sandbox",
                                       program.sandbox,
                                       "--room",
                                       program.room.string()};
    if (program.log_json) arguments.emplace_back("--log-json");
    std::vector<std::string> variables = environment();
    const Plan plan{
        arguments.front().c_str(), pointers(arguments),  pointers(variables), control->theirs.get(),
        jobs->theirs.get(),        report->theirs.get(), ::getpid()};
    const Result<pid_t> pid = start(plan, std::move(report->theirs), report->ours.get());
    if (!pid) return pid.error();
    Spawned spawned;
    spawned.pid = *pid;
    spawned.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, O_NONBLOCK)));
    if (!spawned.pidfd) {
        const Error error = io_error("pidfd_open", errno);
        end_worker(spawned.pid);
        return error;
    }
    spawned.control = std::move(control->ours);
    spawned.jobs = std::move(jobs->ours);
    return spawned;
}

}  // namespace samovar::daemon
