#include "tests/support/daemon_under_test.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "tests/support/descriptors.hpp"

namespace samovar::tests {

namespace fs = std::filesystem;

fs::path made_model(const std::string& name) {
    const char* named = std::getenv("SAMOVAR_TEST_MODELS");
    const fs::path folder = fs::path(named ? named : SAMOVAR_MADE_MODELS) / name;
    if (!fs::exists(folder / "model.toml"))
        throw std::runtime_error("there is no " + folder.string() + ": `./dev test` makes it");
    return folder;
}

DaemonUnderTest::DaemonUnderTest(DaemonPlan plan) : plan_(std::move(plan)) {
    fs::create_directory(models());
    for (const std::string& name : plan_.models)
        link_model(name);
    start();
}

DaemonUnderTest::~DaemonUnderTest() {
    if (!ended_) {
        const std::optional<int> status = stop();
        EXPECT_TRUE(status.has_value()) << "samovard did not stop at SIGTERM";
        EXPECT_TRUE(!status || (WIFEXITED(*status) && WEXITSTATUS(*status) == 0))
            << "samovard ended with the wait status " << *status;
        EXPECT_FALSE(fs::exists(socket())) << "samovard left its socket behind";
    }
    if (testing::Test::HasFailure()) ADD_FAILURE() << "the daemon's log:\n" << log();
}

std::vector<std::string> DaemonUnderTest::command_line(
    const std::vector<std::string>& further) const {
    const fs::path workers = plan_.worker_folder.empty() ? SAMOVAR_PROGRAMS : plan_.worker_folder;
    std::vector<std::string> own(plan_.arguments);
    own.insert(own.end(), further.begin(), further.end());
    std::vector<std::string> line{SAMOVAR_PROGRAMS "/samovard"};
    const auto option = [&](const char* name, const std::string& value) {
        if (std::find(own.begin(), own.end(), name) != own.end()) return;
        line.emplace_back(name);
        line.push_back(value);
    };
    option("--socket", socket().string());
    option("--models", models().string());
    option("--store", store().string());
    option("--state", state().string());
    option("--worker-folder", workers.string());
    option("--threads", "1");
    option("--linger", "0");
    option("--log-level", "debug");
    line.insert(line.end(), own.begin(), own.end());
    return line;
}

void DaemonUnderTest::start() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const ipc::UniqueFd ready(ends[0]);
    ipc::UniqueFd told(ends[1]);
    std::vector<std::string> further{"--ready-fd", std::to_string(told.get())};
    std::vector<int> keep{told.get()};
    SocketPair clock;
    if (plan_.given_clock) {
        further.insert(further.end(), {"--clock-fd", std::to_string(clock.there.get())});
        keep.push_back(clock.there.get());
        clock_ = std::move(clock.here);
    }
    process_ = std::make_unique<Process>(
        Process::Plan{command_line(further), plan_.environment, folder() / "log", keep});
    ended_ = false;
    told.reset();
    pollfd waiting{ready.get(), POLLIN, 0};
    char newline = 0;
    int found = 0;
    do
        found = ::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
    while (found < 0 && errno == EINTR);
    if (found != 1 || ::read(ready.get(), &newline, 1) != 1)
        throw std::runtime_error("samovard did not become ready; its log:\n" + log());
}

std::string DaemonUnderTest::log() const {
    return text_of(folder() / "log");
}

void DaemonUnderTest::link_model(const std::string& name) const {
    fs::create_directory_symlink(made_model(name), models() / name);
}

void DaemonUnderTest::copy_model(const std::string& name, const std::string& as) const {
    fs::copy(made_model(name), models() / (as.empty() ? name : as), fs::copy_options::recursive);
}

std::optional<int> DaemonUnderTest::wait_for_exit(std::chrono::milliseconds within) {
    const std::optional<int> status = process_->wait_for_exit(within);
    ended_ = status.has_value();
    return status;
}

void DaemonUnderTest::set_rules(const std::string& model, const std::string& rules) const {
    std::ofstream(models() / model / "model.toml", std::ios::app) << "\n[residency]\n" << rules;
}

void DaemonUnderTest::pass(std::chrono::nanoseconds time) const {
    const std::int64_t leap = time.count();
    std::int64_t answer = -1;
    if (::write(clock_.get(), &leap, sizeof leap) != sizeof leap ||
        ::read(clock_.get(), &answer, sizeof answer) != sizeof answer || answer != leap)
        throw std::runtime_error("samovard does not follow its clock; its log:\n" + log());
}

void DaemonUnderTest::kill() {
    signal(SIGKILL);
    wait_for_exit();
}

std::optional<int> DaemonUnderTest::stop() {
    signal(SIGTERM);
    return wait_for_exit();
}

ipc::StatusReport DaemonUnderTest::status() const {
    return TestClient(socket()).get<ipc::StatusReport>(ipc::Status{});
}

ipc::WorkerStatus DaemonUnderTest::worker(const std::string& name) const {
    for (const ipc::WorkerStatus& worker : status().workers)
        if (worker.name == name) return worker;
    throw std::runtime_error("there is no worker " + name);
}

ipc::ModelSummary DaemonUnderTest::model(const std::string& name) const {
    for (ipc::ModelSummary& model :
         TestClient(socket()).get<ipc::ModelList>(ipc::ListModels{}).models)
        if (model.name == name) return std::move(model);
    throw std::runtime_error("there is no model " + name);
}

}  // namespace samovar::tests
