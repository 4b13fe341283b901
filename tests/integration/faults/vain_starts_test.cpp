// Workers that die at their start: a few tries, further and further apart, then a clear refusal.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// In the place of the worker stands a program that counts its starts and gives up at once, until
// it is mended.
class VainStarts : public testing::Test {
  protected:
    VainStarts() {
        std::ofstream(programs_.path() / "samovar-worker")
            << "#!/bin/sh\necho start >> '" << starts_file().string() << "'\n[ -e '"
            << mended_file().string() << "' ] || exit 3\nexec '" SAMOVAR_PROGRAMS
            << "/samovar-worker' \"$@\"\n";
        fs::permissions(programs_.path() / "samovar-worker", fs::perms::owner_all);
        daemon_.emplace(DaemonPlan{.models = {"add"}, .worker_folder = programs_.path()});
        client_.emplace(daemon_->socket());
    }

    fs::path starts_file() const { return programs_.path() / "starts"; }
    fs::path mended_file() const { return programs_.path() / "mended"; }
    void mend() const { std::ofstream(mended_file()) << "now"; }
    std::size_t starts() const {
        const std::string lines = text_of(starts_file());
        return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
    }
    Answer add() { return client_->call(job("add", {floats({1}), floats({2})})); }

    TemporaryFolder programs_;
    std::optional<DaemonUnderTest> daemon_;
    std::optional<TestClient> client_;
};

TEST_F(VainStarts, end_after_a_few_in_a_refusal_that_says_why) {
    const auto begin = steady_clock::now();
    const std::uint64_t other = client_->ask(job("add", {floats({3}), floats({4})}));
    const Error error = add().error();
    EXPECT_EQ(error.code, Errc::worker_failed);
    EXPECT_THAT(error.message, HasSubstr("worker cpu died too often: exit status 3"));
    EXPECT_THAT(error.hint, HasSubstr("samovar load add"));
    EXPECT_GT(error.retry_after_ms, 0U);
    EXPECT_EQ(client_->answer(other).error().code, Errc::worker_failed);
    EXPECT_EQ(starts(), 4U);
    // They were 0, 100 and 200 ms apart at least, however slow or quick the machine is.
    EXPECT_GE(steady_clock::now() - begin, std::chrono::milliseconds(300));

    const ipc::WorkerStatus worker = daemon_->worker();
    EXPECT_EQ(worker.state, ipc::WorkerState::failed);
    EXPECT_EQ(worker.problem, "exit status 3");
    EXPECT_EQ(worker.pid, 0U);
    // From here on nobody waits, and no process is started.
    EXPECT_EQ(add().error().code, Errc::worker_failed);
    EXPECT_EQ(starts(), 4U);
}

TEST_F(VainStarts, are_forgotten_by_a_load_once_the_cause_is_gone) {
    EXPECT_EQ(add().error().code, Errc::worker_failed);
    const Error error = client_->call(ipc::LoadModel{"add"}).error();
    EXPECT_EQ(error.code, Errc::worker_failed);
    EXPECT_THAT(error.message, HasSubstr("exit status 3"));
    EXPECT_NE(error.hint, "");
    EXPECT_EQ(starts(), 8U);

    mend();
    EXPECT_FALSE(client_->get<ipc::ModelLoaded>(ipc::LoadModel{"add"}).was_hot);
    EXPECT_EQ(values_of<float>(add().as<ipc::Done>().outputs.at(0)).at(0), 3);
    EXPECT_EQ(daemon_->worker().state, ipc::WorkerState::ready);
}

TEST_F(VainStarts, are_forgotten_by_a_reload_too) {
    EXPECT_EQ(add().error().code, Errc::worker_failed);
    mend();
    client_->get<ipc::ReloadReport>(ipc::Reload{});
    add().as<ipc::Done>();
}

TEST_F(VainStarts, that_come_to_an_end_in_time_lose_no_job) {
    const std::uint64_t request = client_->ask(job("add", {floats({1}), floats({2})}));
    EXPECT_TRUE(wait_until([&] { return starts() >= 1; }));
    mend();
    client_->answer(request).as<ipc::Done>();
}

TEST_F(VainStarts, of_a_program_that_is_not_there_name_it) {
    fs::remove(programs_.path() / "samovar-worker");
    const Error error = add().error();
    EXPECT_EQ(error.code, Errc::worker_failed);
    EXPECT_THAT(error.message, HasSubstr((programs_.path() / "samovar-worker").string() +
                                         ": No such file or directory"));
    EXPECT_THAT(error.message, HasSubstr("worker cpu cannot be started: "));
    EXPECT_THAT(error.hint, HasSubstr("--worker-folder"));
    EXPECT_THAT(client_->call(ipc::LoadModel{"add"}).error().hint, HasSubstr("--worker-folder"));
    EXPECT_EQ(daemon_->worker().state, ipc::WorkerState::failed);

    fs::create_symlink(SAMOVAR_PROGRAMS "/samovar-worker", programs_.path() / "samovar-worker");
    client_->get<ipc::ModelLoaded>(ipc::LoadModel{"add"});
    add().as<ipc::Done>();
}

TEST_F(VainStarts, are_foretold_where_the_program_is_not_there) {
    EXPECT_THAT(daemon_->log(), Not(HasSubstr("--worker-folder")));
    const TemporaryFolder empty;
    const DaemonUnderTest daemon({.worker_folder = empty.path()});
    EXPECT_THAT(daemon.log(), AllOf(HasSubstr((empty.path() / "samovar-worker").string() +
                                              ": No such file or directory"),
                                    HasSubstr("--worker-folder")));
}

TEST_F(VainStarts, do_not_keep_the_daemon_from_stopping) {
    client_->ask(job("add", {floats({1}), floats({2})}));
    EXPECT_TRUE(wait_until([&] { return starts() >= 2; }));
    EXPECT_EQ(daemon_->stop(), 0);
}

}  // namespace
}  // namespace samovar::tests
