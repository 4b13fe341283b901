#include "daemon/dispatch/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

extern char** environ;

namespace samovar::daemon {
namespace {

// Above every number that a socket is given in the child, so that none is overwritten.
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

// What posix_spawn takes, released at the end of the block.
struct SpawnPlan {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    SpawnPlan() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
};

void set_signals(SpawnPlan& plan) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&plan.attributes, &none);
    posix_spawnattr_setsigdefault(&plan.attributes, &all);
    posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

void set_files(SpawnPlan& plan, int control, int jobs) {
    posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&plan.files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&plan.files, control, ipc::kControlFd);
    posix_spawn_file_actions_adddup2(&plan.files, jobs, ipc::kJobsFd);
    posix_spawn_file_actions_addclosefrom_np(&plan.files, ipc::kJobsFd + 1);
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

}  // namespace

Result<Spawned> spawn_worker(const WorkerProgram& program) {
    Result<Pair> control = socket_pair();
    if (!control) return control.error();
    Result<Pair> jobs = socket_pair();
    if (!jobs) return jobs.error();

    SpawnPlan plan;
    set_signals(plan);
    set_files(plan, control->theirs.get(), jobs->theirs.get());
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
                                       std::to_string(program.decode_cache)};
    if (program.log_json) arguments.emplace_back("--log-json");
    std::vector<std::string> variables = environment();
    Spawned spawned;
    const int fault =
        ::posix_spawn(&spawned.pid, program.program.c_str(), &plan.files, &plan.attributes,
                      pointers(arguments).data(), pointers(variables).data());
    if (fault != 0) {
        Error error = io_error("starting " + program.program.string(), fault);
        error.hint = "start samovard with --worker-folder, which names the folder that " +
                     program.program.filename().string() + " is in";
        return error;
    }
    spawned.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, O_NONBLOCK)));
    if (!spawned.pidfd) {
        const Error error = io_error("pidfd_open", errno);
        ::kill(spawned.pid, SIGKILL);
        return error;
    }
    spawned.control = std::move(control->ours);
    spawned.jobs = std::move(jobs->ours);
    return spawned;
}

}  // namespace samovar::daemon
