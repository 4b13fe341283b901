#include "tests/integration/cli/command_line.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "tests/integration/cli/terminal.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

void lead(int stream, const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0 || ::dup2(fd, stream) < 0) throw std::runtime_error("cannot open " + path);
}

void put_into_environment(const std::string& variable) {
    const std::size_t equals = variable.find('=');
    if (equals == variable.npos)
        ::unsetenv(variable.c_str());
    else
        ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
}

// In the child.
[[noreturn]] void become(const Words& words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    throw std::runtime_error("cannot run " + words[0]);
}

}  // namespace

Words CommandLine::files(const std::string& folder) const {
    Words names;
    for (const auto& entry : fs::directory_iterator(at(folder)))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::unique_ptr<Process> CommandLine::start_program(const Words& words,
                                                    const Streams& streams) const {
    return std::make_unique<Process>([&] {
        if (::chdir(folder().c_str()) != 0) throw std::runtime_error("chdir");
        if (streams.control != nullptr) streams.control->control();
        lead(STDIN_FILENO, streams.in, O_RDONLY);
        constexpr int kAnew = O_WRONLY | O_CREAT | O_TRUNC;
        lead(STDOUT_FILENO, streams.out.empty() ? streams_.path() / "out" : fs::path(streams.out),
             streams.out.empty() ? kAnew : O_WRONLY);
        lead(STDERR_FILENO, streams.err.empty() ? streams_.path() / "err" : fs::path(streams.err),
             streams.err.empty() ? kAnew : O_WRONLY);
        for (const char* variable : {"NO_COLOR", "TERM=xterm"})
            put_into_environment(variable);
        put_into_environment("SAMOVAR_SOCKET=" + socket_.string());
        put_into_environment("SAMOVAR=" SAMOVAR_PROGRAMS "/samovar");
        for (const std::string& variable : streams.environment)
            put_into_environment(variable);
        become(words);
    });
}

std::unique_ptr<Process> CommandLine::start(const Words& words, const Streams& streams) const {
    Words line{SAMOVAR_PROGRAMS "/samovar"};
    line.insert(line.end(), words.begin(), words.end());
    return start_program(line, streams);
}

Said CommandLine::said(Process& process) const {
    const std::optional<int> status = process.wait_for_exit();
    Said said;
    if (status && WIFEXITED(*status)) said.code = WEXITSTATUS(*status);
    if (status && WIFSIGNALED(*status)) said.signal = WTERMSIG(*status);
    said.out = text_of(streams_.path() / "out");
    said.err = text_of(streams_.path() / "err");
    return said;
}

Said CommandLine::operator()(const Words& words, const Streams& streams) const {
    return said(*start(words, streams));
}

Said CommandLine::shell(const std::string& line) const {
    return said(*start_program({"/bin/bash", "-c", line}, {}));
}

bool has_socket(pid_t pid) {
    std::error_code fault;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", fault))
        if (fs::read_symlink(entry.path(), fault).string().starts_with("socket:")) return true;
    return false;
}

Words lines(const std::string& text) {
    Words found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        found.push_back(line);
    return found;
}

}  // namespace samovar::tests
