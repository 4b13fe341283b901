#include "client/cli/doctor/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "ipc/os/unique_fd.hpp"

namespace samovar::cli {
namespace {

constexpr std::size_t kMostOutput = 8u << 20;

struct Pipe {
    ipc::UniqueFd read, write;
};

Result<Pipe> open_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return io_error("pipe", errno);
    Pipe pipe;
    pipe.read.reset(ends[0]);
    pipe.write.reset(ends[1]);
    return pipe;
}

Result<pid_t> spawn(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment, int out, int err) {
    std::vector<std::string> held(words), variables(environment);
    std::vector<char*> argv, envp;
    for (std::string& word : held)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    // The first of a name counts.
    for (std::string& variable : variables)
        envp.push_back(variable.data());
    for (char** variable = environ; *variable; ++variable)
        envp.push_back(*variable);
    envp.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    pid_t pid = -1;
    const int fault = ::posix_spawnp(&pid, argv.front(), &files, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&files);
    if (fault != 0) return io_error("running " + words.front(), fault);
    return pid;
}

// False at its end.
bool take(int fd, std::string& into) {
    std::array<char, 4096> part{};
    const ssize_t count = ::read(fd, part.data(), part.size());
    if (count < 0) return errno == EINTR;
    if (into.size() < kMostOutput) into.append(part.data(), static_cast<std::size_t>(count));
    return count > 0;
}

// Reads both until they end, or the time is over.
bool read_both(Pipe& out, Pipe& err, Outcome& outcome, std::chrono::milliseconds within) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (out.read || err.read) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        std::array<pollfd, 2> waiting{{{out.read ? out.read.get() : -1, POLLIN, 0},
                                       {err.read ? err.read.get() : -1, POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
        if (waiting[0].revents != 0 && !take(out.read.get(), outcome.out)) out.read.reset();
        if (waiting[1].revents != 0 && !take(err.read.get(), outcome.err)) err.read.reset();
    }
    return true;
}

}  // namespace

Result<Outcome> run_program(const std::vector<std::string>& words,
                            const std::vector<std::string>& environment,
                            std::chrono::milliseconds within) {
    Result<Pipe> out = open_pipe();
    if (!out) return out.error();
    Result<Pipe> err = open_pipe();
    if (!err) return err.error();
    const Result<pid_t> pid = spawn(words, environment, out->write.get(), err->write.get());
    if (!pid) return pid.error();
    out->write.reset();
    err->write.reset();
    Outcome outcome;
    const bool ended = read_both(*out, *err, outcome, within);
    if (!ended) ::kill(*pid, SIGKILL);
    int status = 0;
    while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended)
        return Error{
            Errc::timed_out,
            words.front() + " did not end within " + std::to_string(within.count()) + " ms", "", 0,
            0};
    outcome.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return outcome;
}

}  // namespace samovar::cli
