#pragma once
// Processes of a test's own.

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/waiting.hpp"

namespace samovar::tests {

// A folder of the test's own, removed with all it holds. Its path is short enough for a socket.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// A child of the test. It dies with the test, whatever happens.
class Process {
  public:
    struct Plan {
        std::vector<std::string> arguments{};    // the program's path first
        std::vector<std::string> environment{};  // NAME=VALUE, beside what there is
        std::filesystem::path output{};          // standard output and error are appended here
        std::vector<int> keep{};                 // descriptors that the program inherits
    };
    explicit Process(const Plan& plan);
    // Runs `body` in a fork of the test, which ends when it returns.
    explicit Process(const std::function<void()>& body);
    ~Process();  // SIGKILL, if it still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    // The status that waitpid gave; nothing where it still runs when the time is over.
    std::optional<int> wait_for_exit(std::chrono::milliseconds within = kPatience);

  private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

// What a program said, and how it ended.
struct Ended {
    int exit_status = -1;  // -1: it did not exit by itself
    std::string output;
};
// Runs a program to its end. Its `output` file, if named, is read; else its output is dropped.
Ended run_to_end(const Process::Plan& plan, std::chrono::milliseconds within = kPatience);

// A process by its number: false also for one that only waits to be reaped.
bool runs(pid_t pid);
// All of a file; "" where there is none.
std::string text_of(const std::filesystem::path& file);
// How many mappings of memfds it has now, by /proc/PID/maps.
std::size_t memfd_mappings(pid_t pid);

}  // namespace samovar::tests
