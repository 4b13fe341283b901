#include "tests/support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

extern char** environ;

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (const std::string& text : strings)
        list.push_back(const_cast<char*>(text.c_str()));
    return list;
}

// In the child: it must not outlive the test.
void die_with(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
}

pid_t fork_or_throw() {
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    return pid;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "samovar-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Process::Process(const Plan& plan) {
    std::vector<char*> arguments = pointers(plan.arguments);
    arguments.push_back(nullptr);
    std::vector<char*> environment = pointers(plan.environment);
    for (char** variable = environ; *variable; ++variable)
        environment.push_back(*variable);
    environment.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = fork_or_throw();
    if (pid_ != 0) return;
    die_with(parent);
    if (!plan.output.empty()) {
        const int log =
            ::open(plan.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
    }
    for (const int fd : plan.keep)
        ::fcntl(fd, F_SETFD, 0);
    ::execve(arguments[0], arguments.data(), environment.data());
    ::_exit(127);
}

Process::Process(const std::function<void()>& body) {
    const pid_t parent = ::getpid();
    pid_ = fork_or_throw();
    if (pid_ != 0) return;
    die_with(parent);
    try {
        body();
    } catch (const std::exception& fault) {
        ::dprintf(STDERR_FILENO, "in a child of the test: %s\n", fault.what());
        ::_exit(1);
    }
    ::_exit(0);
}

Process::~Process() {
    if (status_) return;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const {
    if (!status_) ::kill(pid_, number);
}

std::optional<int> Process::wait_for_exit(std::chrono::milliseconds within) {
    wait_until(
        [this] {
            int status = 0;
            if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
            return status_.has_value();
        },
        within);
    return status_;
}

Ended run_to_end(const Process::Plan& plan, std::chrono::milliseconds within) {
    Process process(plan);
    const std::optional<int> status = process.wait_for_exit(within);
    return {status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1, text_of(plan.output)};
}

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

bool runs(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(in, line);
    const std::size_t name_end = line.rfind(") ");
    return name_end != line.npos && line[name_end + 2] != 'Z' && line[name_end + 2] != 'X';
}

std::size_t memfd_mappings(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);)
        count += line.find("/memfd:") != line.npos ? 1 : 0;
    return count;
}

}  // namespace samovar::tests
