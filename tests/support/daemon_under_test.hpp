#pragma once
// A real samovard with a folder of its own: socket, models, store, log.

#include <memory>

#include "ipc/wire/model_messages.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_client.hpp"

namespace samovar::tests {

// build/models of the checkout, or $SAMOVAR_TEST_MODELS; `./dev test` makes them (models.py).
std::filesystem::path made_model(const std::string& name);

struct DaemonPlan {
    std::vector<std::string> models{};  // linked into the models folder
    std::vector<std::string>
        arguments{};  // beside, or in place of, what every daemon here is given
    std::vector<std::string> environment{};  // NAME=VALUE
    std::filesystem::path worker_folder{};   // empty: where the worker was built
    bool given_clock = false;                // time also passes when the test says so
};

// Its end is checked: whatever a test did to the daemon, it must stop at SIGTERM with status 0 and
// leave no socket. Where the test has failed, its log is shown.
class DaemonUnderTest {
  public:
    // Starts it and waits until it says that it is ready. Throws where it does not get there.
    explicit DaemonUnderTest(DaemonPlan plan = {});
    ~DaemonUnderTest();

    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path socket() const { return folder() / "s"; }
    std::filesystem::path models() const { return folder() / "models"; }
    std::filesystem::path store() const { return folder() / "store"; }
    std::filesystem::path state() const { return folder() / "state"; }
    pid_t pid() const { return process_->pid(); }
    // Everything that it and its workers have said.
    std::string log() const;

    // The command line of a daemon in this one's place, with further options, or other values of
    // those that every daemon here is given.
    std::vector<std::string> command_line(const std::vector<std::string>& further = {}) const;

    // Puts a model into the models folder: a link, or a copy that the test may change.
    void link_model(const std::string& name) const;
    void copy_model(const std::string& name, const std::string& as = "") const;

    // Appends a [residency] table to the copy of a model; a reload or a start takes it in.
    void set_rules(const std::string& model, const std::string& rules) const;
    // With a given clock: so much time has passed for the rules of residency, and what is due by
    // then is begun.
    void pass(std::chrono::nanoseconds time) const;

    void signal(int number) const { process_->signal(number); }
    std::optional<int> wait_for_exit(std::chrono::milliseconds within = kPatience);
    // SIGKILL, and reaps it. Then start() may be called again.
    void kill();
    void start();
    // SIGTERM; the status that waitpid gave.
    std::optional<int> stop();

    ipc::StatusReport status() const;
    // Of the worker that has this name; throws where there is none.
    ipc::WorkerStatus worker(const std::string& name = "cpu") const;
    // Of a model in the listing; throws where there is none.
    ipc::ModelSummary model(const std::string& name) const;

  private:
    DaemonPlan plan_;
    TemporaryFolder folder_;
    std::unique_ptr<Process> process_;
    ipc::UniqueFd clock_;
    bool ended_ = false;
};

}  // namespace samovar::tests
