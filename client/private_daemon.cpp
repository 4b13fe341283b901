#include "client/private_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>

extern char** environ;

namespace samovar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLockPause{5};
constexpr int kReadyFd = 3;

// Device and inode of a socket; empty where there is none.
std::string identity_of(const fs::path& socket) {
    struct stat info {};
    if (::lstat(socket.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return "";
    return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

// As execvp looks; before the fork, where memory may be allocated.
std::optional<std::string> find_program(const std::string& name) {
    if (name.find('/') != name.npos)
        return ::access(name.c_str(), X_OK) == 0 ? std::optional(name) : std::nullopt;
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (std::string& text : strings)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

// In the child: nothing that may allocate or lock, since other threads may have held what it takes.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* variables,
                         int nothing, int log, int ready) {
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::dup2(ready, kReadyFd);  // above kReadyFd, see take_fd()
    ::close_range(kReadyFd + 1, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    if (::chdir("/") == 0) ::execve(program, arguments, variables);
    ::_exit(127);
}

// Above the numbers that the daemon will have, so that none is overwritten.
ipc::UniqueFd take_fd(int fd) {
    const ipc::UniqueFd low(fd);
    return ipc::UniqueFd(::fcntl(low.get(), F_DUPFD_CLOEXEC, kReadyFd + 1));
}

// Whether it has said that it is ready; false at its end.
Result<bool> await_ready(int fd, Deadline deadline) {
    while (!deadline.over()) {
        pollfd waiting{fd, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(deadline.remaining().count())) <= 0) continue;
        char newline = 0;
        const ssize_t count = ::read(fd, &newline, 1);
        if (count >= 0 || errno != EINTR) return count == 1;
    }
    return Error{Errc::timed_out, "the daemon that was started is not ready yet",
                 "try again: it goes on", 0, 0};
}

std::string last_line_of(const fs::path& file) {
    std::ifstream in(file);
    std::string last;
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) last = line;
    return last;
}

Error folder_error(const fs::path& folder, int fault) {
    Error error = io_error("folder of the socket " + folder.string(), fault);
    error.hint = "set XDG_RUNTIME_DIR to a folder of your own, or start samovard yourself";
    return error;
}

}  // namespace

Result<StartLock> StartLock::take(const fs::path& socket, Deadline deadline) {
    const fs::path folder = socket.parent_path();
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) return folder_error(folder, fault.value());
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0) return folder_error(folder, errno);
    if (info.st_uid != ::geteuid())
        return Error{
            Errc::not_permitted,
            folder.string() + " belongs to user " + std::to_string(info.st_uid) + ", not to user " +
                std::to_string(::geteuid()) + ": no private daemon is started there",
            "set XDG_RUNTIME_DIR to a folder of your own, or start samovard yourself", 0, 0};
    const fs::path path = folder / "private.lock";
    ipc::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) return folder_error(path, errno);
    while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return folder_error(path, errno);
        if (deadline.over())
            return Error{Errc::timed_out,
                         "another process is starting a daemon, and holds " + path.string(),
                         "try again later", 0, 0};
        std::this_thread::sleep_for(kLockPause);
    }
    return StartLock(std::move(lock), socket);
}

bool StartLock::is_free() const {
    std::error_code fault;
    if (!fs::exists(fs::symlink_status(socket_, fault))) return true;
    char noted[64];
    const ssize_t count = ::pread(lock_.get(), noted, sizeof noted, 0);
    const std::string identity = identity_of(socket_);
    return !identity.empty() && count > 0 &&
           std::string_view(noted, static_cast<std::size_t>(count)) == identity;
}

void StartLock::note_socket() const {
    const std::string identity = identity_of(socket_);
    if (::ftruncate(lock_.get(), 0) != 0) return;
    [[maybe_unused]] const ssize_t count =
        ::pwrite(lock_.get(), identity.data(), identity.size(), 0);
}

std::vector<std::string> private_environment(char** environment) {
    static constexpr std::string_view kOfAService[] = {
        "NOTIFY_SOCKET=",           "LISTEN_",          "WATCHDOG_",        "JOURNAL_STREAM=",
        "RUNTIME_DIRECTORY=",       "STATE_DIRECTORY=", "CACHE_DIRECTORY=", "LOGS_DIRECTORY=",
        "CONFIGURATION_DIRECTORY=", "INVOCATION_ID=",   "SAMOVAR_SOCKET="};
    std::vector<std::string> variables;
    for (char** variable = environment; *variable; ++variable) {
        const std::string_view text(*variable);
        bool keep = true;
        for (const std::string_view prefix : kOfAService)
            keep = keep && !text.starts_with(prefix);
        if (keep) variables.emplace_back(text);
    }
    return variables;
}

Result<void> start_private_daemon(const std::string& program, const fs::path& socket,
                                  Deadline deadline) {
    const std::optional<std::string> path = find_program(program);
    if (!path)
        return Error{Errc::no_daemon, "there is no program " + program + " to start a daemon with",
                     "install samovard, or name its folder in PATH", 0, 0};
    const fs::path log_path = socket.parent_path() / "private.log";
    const ipc::UniqueFd log = take_fd(::open(
        log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    const ipc::UniqueFd nothing = take_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    int ends[2];
    if (!log || !nothing || ::pipe2(ends, O_CLOEXEC) != 0)
        return io_error("preparing to start " + *path, errno);
    const ipc::UniqueFd here(ends[0]);
    ipc::UniqueFd ready = take_fd(ends[1]);

    std::vector<std::string> arguments{*path,           "--private",  "--socket",
                                       socket.string(), "--ready-fd", std::to_string(kReadyFd)};
    std::vector<std::string> variables = private_environment(environ);
    const std::vector<char*> argv = pointers_to(arguments), envp = pointers_to(variables);
    // Twice, so that it is not this process's to wait for.
    const pid_t child = ::fork();
    if (child < 0) return io_error("starting " + *path, errno);
    if (child == 0) {
        ::setsid();
        if (::fork() == 0)
            become(path->c_str(), argv.data(), envp.data(), nothing.get(), log.get(), ready.get());
        ::_exit(0);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR)
        continue;
    ready.reset();
    const Result<bool> said = await_ready(here.get(), deadline);
    if (!said) return said.error();
    if (*said) return {};
    const std::string words = last_line_of(log_path);
    return Error{Errc::no_daemon, *path + " has ended" + (words.empty() ? "" : ": " + words),
                 "see " + log_path.string(), 0, 0};
}

}  // namespace samovar::client
