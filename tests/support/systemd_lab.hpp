#pragma once
// The real systemd, with the units that `cmake --install` puts in place (systemd_lab.sh).

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/process.hpp"

namespace samovar::tests {

class SystemdLab {
  public:
    // Boots it. Throws, with what is missing, where this machine cannot.
    SystemdLab();
    // Where the test has failed, the journal is shown.
    ~SystemdLab();

    // A file's path as the test sees it, which is outside.
    std::filesystem::path seen(const std::string& inside) const;
    std::filesystem::path socket() const { return seen("/run/samovar/samovar.sock"); }
    // Writes a file inside, and the folders above it.
    void write(const std::string& inside, const std::string& text) const;
    // A drop-in of a system unit.
    void amend(const std::string& unit, const std::string& text,
               const std::string& name = "test") const;
    // One of the models that tests have, as a folder of the daemon's.
    void add_model(const std::string& name) const;

    // Runs a command of the shell inside, as root.
    Ended run(const std::string& command, std::chrono::milliseconds within = kPatience) const;
    // What it printed, without the last line break; throws where its exit status is not 0.
    std::string output_of(const std::string& command) const;
    // One property of a unit: `show("samovard.service", "ActiveState")`.
    std::string show(const std::string& unit, const std::string& property) const;
    // Waits until a property is `value`; says what it is else.
    testing::AssertionResult becomes(const std::string& unit, const std::string& property,
                                     const std::string& value) const;
    // The daemon's process, as the test sees it; 0 where there is none.
    pid_t main_pid() const;

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Process> launcher_;
    pid_t systemd_ = 0;
};

}  // namespace samovar::tests
