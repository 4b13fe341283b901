#include "tests/support/systemd_lab.hpp"

#include <signal.h>

#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;

std::vector<pid_t> children_of(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; in >> child;)
        children.push_back(child);
    return children;
}

// The number that a process outside has, of the one that is called `inner` inside; 0 where there is
// none.
pid_t outer_pid(pid_t systemd, pid_t inner) {
    for (const pid_t child : children_of(systemd)) {
        std::ifstream status("/proc/" + std::to_string(child) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (!line.starts_with("NSpid:")) continue;
            std::istringstream numbers(line.substr(6));
            pid_t last = 0;
            while (numbers >> last)
                continue;
            if (last == inner) return child;
        }
    }
    return 0;
}

}  // namespace

SystemdLab::SystemdLab() {
    const fs::path log = folder_.path() / "boot";
    launcher_ = std::make_unique<Process>(Process::Plan{
        {"/bin/bash", SAMOVAR_SYSTEMD_LAB, SAMOVAR_STAGE, SAMOVAR_TORCH_PACKAGES}, {}, log, {}});
    std::string state;
    const bool booted = wait_until([&] {
        if (launcher_->wait_for_exit(std::chrono::milliseconds(0))) return true;
        const std::vector<pid_t> children = children_of(launcher_->pid());
        if (children.empty()) return false;
        systemd_ = children.front();
        state = run("systemctl is-system-running 2>&1").output;
        return state == "running\n" || state == "degraded\n";
    });
    if (!booted || state.empty())
        throw std::runtime_error("systemd did not come up (" + state + "):\n" + text_of(log));
}

SystemdLab::~SystemdLab() {
    if (testing::Test::HasFailure() || std::uncaught_exceptions() > 0)
        ADD_FAILURE() << "the journal:\n"
                      << run("journalctl --no-pager -o short-monotonic | tail -n 60").output;
    // Its end is the end of all that is inside.
    ::kill(systemd_, SIGKILL);
    launcher_->wait_for_exit();
}

fs::path SystemdLab::seen(const std::string& inside) const {
    return "/proc/" + std::to_string(systemd_) + "/root" + inside;
}

void SystemdLab::write(const std::string& inside, const std::string& text) const {
    fs::create_directories(seen(inside).parent_path());
    std::ofstream(seen(inside)) << text;
}

void SystemdLab::amend(const std::string& unit, const std::string& text,
                       const std::string& name) const {
    write("/etc/systemd/system/" + unit + ".d/" + name + ".conf", text);
    output_of("systemctl daemon-reload");
}

void SystemdLab::add_model(const std::string& name) const {
    const fs::path models = seen("/var/lib/samovar/models");
    output_of("systemd-sysusers && systemd-tmpfiles --create samovar.conf");
    fs::copy(made_model(name), models / name, fs::copy_options::recursive);
    // Where it was built is nobody else's to read.
    amend("samovard.service",
          "[Service]\nEnvironment=LD_LIBRARY_PATH=/usr/local/lib/torch/" SAMOVAR_TORCH_FOLDER
          "/lib\n",
          "torch");
}

Ended SystemdLab::run(const std::string& command, std::chrono::milliseconds within) const {
    const fs::path output = folder_.path() / "output";
    fs::remove(output);
    return run_to_end({{"/usr/bin/nsenter", "--target", std::to_string(systemd_), "--mount",
                        "--pid", "--cgroup", "--uts", "--ipc", "--", "/bin/sh", "-c", command},
                       {},
                       output,
                       {}},
                      within);
}

std::string SystemdLab::output_of(const std::string& command) const {
    Ended ended = run(command);
    if (ended.exit_status != 0)
        throw std::runtime_error(command + " ended with " + std::to_string(ended.exit_status) +
                                 ":\n" + ended.output);
    while (ended.output.ends_with('\n'))
        ended.output.pop_back();
    return ended.output;
}

std::string SystemdLab::show(const std::string& unit, const std::string& property) const {
    return output_of("systemctl show --value --property=" + property + " " + unit);
}

testing::AssertionResult SystemdLab::becomes(const std::string& unit, const std::string& property,
                                             const std::string& value) const {
    std::string is;
    if (wait_until([&] { return (is = show(unit, property)) == value; }))
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << property << " of " << unit << " is \"" << is << '"';
}

pid_t SystemdLab::main_pid() const {
    return outer_pid(systemd_, static_cast<pid_t>(std::stoi(show("samovard.service", "MainPID"))));
}

}  // namespace samovar::tests
