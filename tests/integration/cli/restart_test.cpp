// The daemon goes away under a command.

#include <gmock/gmock.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Restart : public testing::Test {
  protected:
    // A file of a job of 100 ms and more.
    Words slow_files(std::size_t count) const {
        Words names;
        for (std::size_t i = 0; i < count; ++i) {
            names.push_back("job" + std::to_string(i) + ".npy");
            write_count(samovar.at(names.back()), 100);
        }
        return names;
    }
    std::unique_ptr<Process> start(const Words& files, const Words& options) const {
        Words words{"run", "sleepy"};
        words.insert(words.end(), files.begin(), files.end());
        words.insert(words.end(), options.begin(), options.end());
        return samovar.start(words);
    }
    void wait_until_under_way() const {
        EXPECT_TRUE(wait_until([&] {
            const ipc::StatusReport status = daemon.status();
            return !status.models.empty() && status.models[0].jobs_done > 0;
        }));
    }

    DaemonUnderTest daemon{{.models = {"sleepy"}, .arguments = {"--drain", "0.2"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(Restart, a_daemon_that_is_gone_is_told_with_how_to_start_one) {
    const Words files = slow_files(20);
    const auto process = start(files, {"-o", "out", "--json"});
    wait_until_under_way();
    daemon.kill();
    const Said said = samovar.said(*process);
    daemon.start();
    EXPECT_EQ(said.code, 1) << "some were done";
    EXPECT_THAT(said.err, AllOf(HasSubstr("no samovard listens at " + daemon.socket().string()),
                                HasSubstr("samovard --socket")));
    const Json list = said.json();
    ASSERT_EQ(list.size(), files.size());
    EXPECT_EQ(list[19]["status"], "failed");
    EXPECT_EQ(list[19]["error"]["code"], "no_daemon");
    EXPECT_THAT(list[19]["error"]["message"].get<std::string>(), HasSubstr("not tried: "));
}

TEST_F(Restart, a_daemon_that_is_gone_is_told_of_once_with_the_number_of_files_that_are_left) {
    const Words files = slow_files(20);
    const auto process = start(files, {"-o", "out"});
    wait_until_under_way();
    daemon.kill();
    const Said said = samovar.said(*process);
    daemon.start();
    EXPECT_EQ(said.code, 1);
    const std::size_t left = files.size() - lines(said.out).size();
    const Words told = lines(said.err);
    ASSERT_EQ(told.size(), 3U) << said.err;
    EXPECT_THAT(told[0], HasSubstr("no samovard listens at"));
    EXPECT_EQ(told[2], "samovar: not done: " + std::to_string(left) + " of 20 jobs");
}

TEST_F(Restart, a_daemon_that_shuts_down_is_told_of_once_and_what_runs_is_done) {
    const Words files = slow_files(20);
    const auto process = start(files, {"-o", "out"});
    wait_until_under_way();
    daemon.signal(SIGTERM);
    const Said said = samovar.said(*process);
    daemon.wait_for_exit();
    daemon.start();
    EXPECT_EQ(said.code, 1) << "some were done";
    ASSERT_EQ(lines(said.err).size(), 3U) << said.err;
    EXPECT_THAT(said.err, AllOf(HasSubstr("is shutting down"), HasSubstr(" of 20 jobs\n")));
    EXPECT_EQ(samovar.files("out").size(), lines(said.out).size());
}

TEST_F(Restart, where_no_job_was_done_the_code_is_that_of_no_daemon) {
    const auto process = start({}, {"--input", "count=[100000]"});
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 1; }));
    daemon.kill();
    const Said said = samovar.said(*process);
    daemon.start();
    EXPECT_EQ(said.code, 3) << said.err;
}

TEST_F(Restart, a_daemon_that_comes_back_is_given_the_jobs_again) {
    const Words files = slow_files(8);
    const auto process = start(files, {"-o", "out"});
    wait_until_under_way();
    daemon.kill();
    daemon.start();
    const Said said = samovar.said(*process);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(lines(said.out).size(), files.size());
    EXPECT_EQ(samovar.files("out").size(), files.size());
}

TEST_F(Restart, a_command_that_only_asks_is_told_at_once) {
    daemon.signal(SIGSTOP);
    const auto process = samovar.start({"ps"});
    EXPECT_TRUE(wait_until([&] { return has_socket(process->pid()); }));
    daemon.kill();
    const Said said = samovar.said(*process);
    daemon.start();
    EXPECT_EQ(said.code, 3);
    EXPECT_THAT(said.err, HasSubstr("samovar: "));
}

TEST(ShutDown, is_told_to_whoever_comes_before_the_end) {
    DaemonUnderTest daemon({.models = {"sleepy"}, .arguments = {"--drain", "600"}});
    TestClient client(daemon.socket());
    client.ask(sleep_job(10'000'000));
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 1; }));
    daemon.signal(SIGTERM);
    const CommandLine samovar(daemon.socket());
    Said said;
    EXPECT_TRUE(wait_until([&] {
        said = samovar({"models"});
        return said.code != 0;
    }));
    EXPECT_EQ(said.code, 4);
    EXPECT_THAT(said.err, AllOf(HasSubstr("samovard is shutting down"), HasSubstr("try again")));
    daemon.stop();  // the second signal does not wait for the job
}

}  // namespace
}  // namespace samovar::tests
