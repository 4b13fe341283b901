// Memory lent to a command, and the models that come back when it has ended.

#include <signal.h>
#include <sys/wait.h>

#include "tests/integration/residency/budgeted.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

class Lend : public Budgeted {
  protected:
    Lend() {
        for (const char* model : {"a", "b"})
            put("hefty", model, "");
        client.reload().value();
        use_more_than("b", "a");
    }
    // samovar lend WORDS...; what it says is in said().
    std::unique_ptr<Process> lend(const std::vector<std::string>& words) const {
        std::vector<std::string> line{SAMOVAR_PROGRAMS "/samovar", "lend", "--socket",
                                      daemon.socket().string()};
        line.insert(line.end(), words.begin(), words.end());
        return std::make_unique<Process>(Process::Plan{.arguments = line, .output = said_});
    }
    std::string said() const { return text_of(said_); }
    int code_of(Process& process) const {
        const std::optional<int> status = process.wait_for_exit();
        return status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    }
    // A command that writes its number, and then does nothing for long.
    std::vector<std::string> long_command() const {
        return {"--", "sh", "-c", "echo $$ > " + file_.string() + "; exec sleep 600"};
    }
    pid_t command() const {
        if (!wait_until([&] { return text_of(file_).ends_with('\n'); }))
            throw std::runtime_error("the command does not run: " + said());
        return std::stoi(text_of(file_));
    }
    // By the number of the machine's start, which goes with each loan.
    bool is_written_down() const {
        const std::string boot = text_of("/proc/sys/kernel/random/boot_id");
        return text_of(daemon.state() / "residency.state").find(boot.substr(0, 36)) !=
               std::string::npos;
    }
    void start_again() {
        daemon.start();
        client = Client::connect({.socket = daemon.socket()}).value();
    }
    bool all_are_back() { return comes_to("a", Residency::hot) && comes_to("b", Residency::hot); }

  private:
    TemporaryFolder folder_;
    std::filesystem::path said_ = folder_.path() / "said", file_ = folder_.path() / "pid";
};

TEST_F(Lend, gives_the_exit_code_of_the_command_and_brings_the_models_back) {
    const auto process = lend({"--", "sh", "-c", "exit 7"});
    EXPECT_EQ(code_of(*process), 7);
    EXPECT_THAT(said(),
                testing::ContainsRegex("models gave back 5[12]\\.[0-9] MB of cpu, and hold 0 B"));
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, refuses_what_would_need_the_memory_that_is_lent) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    EXPECT_EQ(residency("a"), Residency::cold);
    EXPECT_EQ(residency("b"), Residency::cold);
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory);
    ::kill(borrower, SIGTERM);
    EXPECT_EQ(code_of(*process), 128 + SIGTERM);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, lasts_as_long_as_the_command_whatever_becomes_of_the_command_line) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    process->signal(SIGKILL);
    process->wait_for_exit();
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory) << "the command still has it";
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, goes_on_when_the_daemon_was_killed_and_started_again) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    ASSERT_TRUE(wait_until([&] { return is_written_down(); }));
    daemon.kill();
    start_again();
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory) << "the command still has it";
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
    EXPECT_EQ(code_of(*process), 128 + SIGKILL) << "the command line saw nothing of it";
}

TEST_F(Lend, goes_on_over_several_restarts) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    for (int i = 0; i < 2; ++i) {
        daemon.stop();
        start_again();
        EXPECT_EQ(run("b").error().code, Errc::out_of_memory);
    }
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, that_ended_while_no_daemon_ran_brings_the_models_back_at_its_start) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    daemon.stop();
    ::kill(borrower, SIGKILL);
    EXPECT_EQ(code_of(*process), 128 + SIGKILL);
    start_again();
    EXPECT_TRUE(all_are_back());
    EXPECT_THAT(daemon.log(), HasSubstr("ended while no daemon ran"));
}

TEST_F(Lend, lets_a_pinned_model_come_back_after_a_restart) {
    ASSERT_TRUE(client.wish("b", Wish::pin));
    const auto process = lend(long_command());
    const pid_t borrower = command();
    daemon.stop();
    start_again();
    EXPECT_TRUE(comes_to("b", Residency::hot));
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory);
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, ends_when_the_command_is_killed) {
    const auto process = lend(long_command());
    ::kill(command(), SIGKILL);
    EXPECT_EQ(code_of(*process), 128 + SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, brings_back_what_was_hot_also_after_longer_than_its_keep_alive) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    daemon.pass(24h);
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, passes_signals_on_to_the_command) {
    const auto process =
        lend({"--", "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done"});
    ASSERT_TRUE(wait_until([&] { return said().find("ready") != std::string::npos; }));
    process->signal(SIGTERM);
    EXPECT_EQ(code_of(*process), 9);
}

TEST_F(Lend, of_some_bytes_lets_no_more_models_leave_than_it_must) {
    std::vector<std::string> words = long_command();
    words.insert(words.begin(), {"--bytes", "20MB"});
    const auto process = lend(words);
    const pid_t borrower = command();
    EXPECT_EQ(residency("a"), Residency::cold);
    EXPECT_EQ(residency("b"), Residency::hot) << "it is worth more";
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, leaves_pinned_models_where_they_are) {
    ASSERT_TRUE(client.wish("b", Wish::pin));
    const auto process = lend(long_command());
    const pid_t borrower = command();
    EXPECT_EQ(residency("a"), Residency::cold);
    EXPECT_EQ(residency("b"), Residency::hot);
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, does_not_bring_back_what_an_operator_sent_down_meanwhile) {
    const auto process = lend(long_command());
    const pid_t borrower = command();
    ASSERT_TRUE(client.wish("a", Wish::unload));
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(comes_to("b", Residency::hot));
    EXPECT_EQ(residency("a"), Residency::cold);
}

TEST_F(Lend, of_more_than_there_is_runs_nothing_and_says_how_much_there_is) {
    const auto process = lend({"--bytes", "500TB", "--", "echo", "ran"});
    EXPECT_EQ(code_of(*process), 1);
    EXPECT_THAT(said(), testing::Not(HasSubstr("ran\n")));
    EXPECT_THAT(said(), testing::ContainsRegex("cannot be lent of cpu: .* are free"));
    EXPECT_THAT(said(), HasSubstr("lend less"));
    EXPECT_EQ(residency("b"), Residency::hot) << "and nobody left for it";
}

TEST_F(Lend, keeps_no_room_for_a_pinned_model_that_is_held) {
    take("hefty", "c", "pinned = true\n");
    ASSERT_TRUE(comes_to("c", Residency::hot));
    ASSERT_TRUE(client.wish("c", Wish::hold));
    ASSERT_TRUE(comes_to("c", Residency::cold));
    const auto process = lend(long_command());
    const pid_t borrower = command();
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory);
    ::kill(borrower, SIGTERM);
    EXPECT_EQ(code_of(*process), 128 + SIGTERM);
}

TEST_F(Lend, brings_back_what_an_operator_had_sent_down_before_it_was_used) {
    client.unload("a").value();
    ASSERT_TRUE(run("a"));
    const auto process = lend(long_command());
    const pid_t borrower = command();
    daemon.pass(24h);
    ::kill(borrower, SIGKILL);
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, of_a_command_that_is_not_there_ends_with_127) {
    const auto process = lend({"--", "/no/such/command"});
    EXPECT_EQ(code_of(*process), 127);
    EXPECT_THAT(said(), HasSubstr("/no/such/command: No such file"));
    EXPECT_TRUE(all_are_back());
}

TEST_F(Lend, of_a_device_that_no_model_is_for_runs_nothing) {
    const auto process = lend({"--device", "cuda:7", "--", "echo", "ran"});
    EXPECT_EQ(code_of(*process), 4);
    EXPECT_THAT(said(), testing::Not(HasSubstr("ran")));
    EXPECT_THAT(said(), HasSubstr("no model is for device"));
}

}  // namespace
}  // namespace samovar::tests
