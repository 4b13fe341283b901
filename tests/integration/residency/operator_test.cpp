// What operators want, and what they are told.

#include <signal.h>

#include <thread>

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

using Operators = WithRules;

TEST_F(Operators, a_pin_keeps_a_model_hot_until_its_time_is_over) {
    take("add", "");
    client.wish("add", Wish::pin, 2h).value();
    EXPECT_TRUE(comes_to("add", Residency::hot));
    daemon.pass(2h - 10s);
    EXPECT_EQ(residency("add"), Residency::hot);
    daemon.pass(10s);
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(Operators, a_pin_that_is_released_leaves_the_model_to_its_rules) {
    take("add", "");
    client.wish("add", Wish::pin).value();
    EXPECT_TRUE(comes_to("add", Residency::hot));
    daemon.pass(1h);
    client.wish("add", Wish::release).value();
    EXPECT_TRUE(comes_to("add", Residency::cold));
    const auto again = client.wish("add", Wish::release);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::invalid_argument);
}

TEST_F(Operators, a_hold_takes_a_model_down_and_refuses_its_jobs_until_it_is_released) {
    take("add", "");
    add();
    client.wish("add", Wish::hold).value();
    EXPECT_TRUE(comes_to("add", Residency::cold));
    const auto refused = client.run(adding(1, 2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_permitted);
    EXPECT_THAT(refused.error().hint, HasSubstr("samovar release add"));
    EXPECT_EQ(client.wish("add", Wish::pin).error().code, Errc::not_permitted);
    client.wish("add", Wish::release).value();
    add();
}

// A worker that does not answer: what is asked of it has to wait.
class StoppedWorker {
  public:
    explicit StoppedWorker(pid_t pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }
    StoppedWorker(const StoppedWorker&) = delete;
    StoppedWorker& operator=(const StoppedWorker&) = delete;
    ~StoppedWorker() { go_on(); }
    void go_on() const { ::kill(pid_, SIGCONT); }

  private:
    pid_t pid_;
};

TEST_F(Operators, a_hold_refuses_the_jobs_that_wait_for_a_load) {
    take("add", "");
    take("invert", "");
    client.load("invert").value();
    const StoppedWorker stopped(static_cast<pid_t>(daemon.worker().pid));
    Job job = client.submit(adding(1, 2)).value();
    ASSERT_TRUE(comes_to("add", Residency::loading));
    client.wish("add", Wish::hold).value();
    const auto refused = job.wait(kLong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_permitted);
    EXPECT_THAT(refused.error().hint, HasSubstr("samovar release add"));
    EXPECT_THAT(client.why("add").value().text, HasSubstr("jobs that waited were refused, too"));
    stopped.go_on();
    EXPECT_TRUE(comes_to("add", Residency::cold)) << "it is unloaded as soon as it is there";
}

TEST_F(Operators, are_told_of_a_worker_that_does_not_answer) {
    take("add", "");
    take("invert", "");
    client.load("invert").value();
    const std::uint32_t pid = daemon.worker().pid;
    const StoppedWorker stopped(static_cast<pid_t>(pid));
    const std::string silence = "worker " + std::to_string(pid) + " has not answered for ";
    Client other = Client::connect({.socket = daemon.socket()}).value();
    std::string why, problem;
    const auto listen = [&](const Progress& progress) {
        if (!progress.phase.starts_with(silence)) return;
        why = other.why("add").value().text;
        problem = other.status().value().workers.at(0).problem;
        stopped.go_on();
    };
    client.load("add", listen).value();
    EXPECT_THAT(why, HasSubstr(silence));
    EXPECT_THAT(problem, HasSubstr(silence));
    EXPECT_TRUE(wait_until([&] { return daemon.worker().problem.empty(); })) << "it answers again";
}

TEST_F(Operators, cannot_park_what_its_file_pins) {
    take("tiny-pt2", "pinned = true\n");
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::hot));
    const auto refused = client.wish("tiny-pt2", Wish::park);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("it is pinned by its model.toml"));
    EXPECT_THAT(refused.error().hint, HasSubstr("remove pinned = true"));
    EXPECT_EQ(client.why("tiny-pt2").value().cause, "preload");
}

TEST_F(Operators, can_park_what_is_parked_for_longer) {
    take("tiny-pt2", "keep_alive = \"2h\"\npark_after = \"1m\"\n");
    client.load("tiny-pt2").value();
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::parked));
    client.wish("tiny-pt2", Wish::park, 10h).value();
    daemon.pass(9h);
    EXPECT_EQ(residency("tiny-pt2"), Residency::parked);
}

TEST_F(Operators, a_model_is_parked_on_request_where_that_gives_something_back) {
    take("tiny-pt2", "keep_alive = \"forever\"\n");
    take("add", "");
    add();
    client.load("tiny-pt2").value();
    const auto refused = client.wish("add", Wish::park);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("\"add\" cannot be parked"));
    EXPECT_THAT(refused.error().hint, HasSubstr("samovar unload add"));

    client.wish("tiny-pt2", Wish::park).value();
    EXPECT_TRUE(comes_to("tiny-pt2", Residency::parked));
    daemon.pass(1h);
    EXPECT_EQ(residency("tiny-pt2"), Residency::parked) << "until it is used";
}

TEST_F(Operators, an_unload_holds_against_the_jobs_that_it_waited_for) {
    take("sleepy", "keep_alive = \"forever\"\n");
    client.load("sleepy").value();
    Job job = client.submit(sleeping(200)).value();
    client.unload("sleepy").value();
    EXPECT_TRUE(job.wait(kLong));
    daemon.pass(1h);
    EXPECT_EQ(residency("sleepy"), Residency::cold);
}

TEST_F(Operators, a_load_for_a_time_outlasts_the_keep_alive) {
    take("add", "keep_alive = \"1m\"\n");
    client.load("add", {}, kLong, 2h).value();
    daemon.pass(2h - 10s);
    EXPECT_EQ(residency("add"), Residency::hot);
    daemon.pass(10s);
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(Operators, an_unload_for_a_time_lets_only_jobs_bring_the_model_up) {
    take("add", "keep_alive = \"forever\"\n");
    add();
    client.unload("add", kLong, 2h).value();
    EXPECT_EQ(residency("add"), Residency::cold);
    daemon.pass(1h);
    add();
    EXPECT_TRUE(comes_to("add", Residency::cold)) << "it goes when the job is done";
    daemon.pass(1h);
    add();
    daemon.pass(24h);
    EXPECT_EQ(residency("add"), Residency::hot) << "the time is over";
}

TEST_F(Operators, what_is_wanted_of_an_unknown_model_or_for_too_long_is_refused) {
    take("add", "");
    EXPECT_EQ(client.wish("nope", Wish::pin).error().code, Errc::unknown_model);
    EXPECT_EQ(client.why("nope").error().code, Errc::unknown_model);
    EXPECT_EQ(client.wish("add", Wish::pin, 24h * 366).error().code, Errc::invalid_argument);
    EXPECT_EQ(client.load("add", {}, kLong, 24h * 366).error().code, Errc::invalid_argument);
    EXPECT_EQ(client.unload("add", kLong, 24h * 366).error().code, Errc::invalid_argument);
    EXPECT_EQ(client.wish("add", static_cast<Wish>(99)).error().code, Errc::invalid_argument);
}

TEST_F(Operators, are_told_why_a_model_is_where_it_is) {
    take("tiny-pt2", "keep_alive = \"10m\"\npark_after = \"1m\"\n");
    EXPECT_EQ(client.why("tiny-pt2").value().rule, "idle");
    client.load("tiny-pt2").value();
    Explanation why = client.why("tiny-pt2").value();
    EXPECT_EQ(why.residency, Residency::hot);
    EXPECT_EQ(why.cause, "operator");
    EXPECT_EQ(why.rung, "hot");
    EXPECT_EQ(why.rule, "keep-alive");
    EXPECT_TRUE(why.changes);
    EXPECT_EQ(why.next_rung, "parked");
    EXPECT_LE(why.next_in, 1min);
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::parked));
    why = client.why("tiny-pt2").value();
    EXPECT_EQ(why.cause, "idle");
    EXPECT_EQ(why.next_rung, "cold");
    EXPECT_THAT(why.text, HasSubstr("tiny-pt2 is parked since"));
    EXPECT_THAT(why.text, HasSubstr("its keep-alive is 10 min"));
}

}  // namespace
}  // namespace samovar::tests
