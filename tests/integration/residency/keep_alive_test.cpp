// How models step down when nobody uses them.

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using KeepAlive = WithRules;

// A job of the compiled network whose weights are a file of their own.
JobSpec tiny_job() {
    JobSpec spec{.model = "tiny-pt2"};
    spec.inputs.push_back({.dtype = DType::float32, .shape = {2, 16}});
    spec.inputs[0].data.resize(2 * 16 * sizeof(float));
    return spec;
}

TEST_F(KeepAlive, parks_then_unloads_and_the_worker_goes_with_its_last_model) {
    take("tiny-pt2", "keep_alive = \"5m\"\npark_after = \"1m\"\n");
    const auto first = client.run(tiny_job()).value().outputs.at(0).data;
    EXPECT_EQ(residency("tiny-pt2"), Residency::hot);
    daemon.pass(50s);
    EXPECT_EQ(residency("tiny-pt2"), Residency::hot);
    daemon.pass(10s);
    EXPECT_TRUE(comes_to("tiny-pt2", Residency::parked));
    daemon.pass(4min);
    EXPECT_TRUE(comes_to("tiny-pt2", Residency::cold));
    EXPECT_TRUE(worker_is_gone());
    EXPECT_EQ(client.run(tiny_job()).value().outputs.at(0).data, first);
}

TEST_F(KeepAlive, a_parked_model_wakes_for_a_job_and_answers_as_before) {
    take("tiny-pt2", "park_after = \"1m\"\n");
    const auto first = client.run(tiny_job()).value().outputs.at(0).data;
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::parked));
    EXPECT_EQ(client.run(tiny_job()).value().outputs.at(0).data, first);
    EXPECT_EQ(residency("tiny-pt2"), Residency::hot);
    daemon.pass(1min);
    EXPECT_TRUE(comes_to("tiny-pt2", Residency::parked)) << "and parks again";
    const LoadReport last = client.info("tiny-pt2").value().last_load;
    EXPECT_EQ(last.phases.at(0).name, "spawn") << "the load, whatever woke it since";
    const LoadReport wake = client.load("tiny-pt2").value();
    EXPECT_GT(wake.total, 0ns);
    EXPECT_NE(wake.phases.at(0).name, "spawn") << "a wake-up has a table of its own";
    EXPECT_EQ(client.info("tiny-pt2").value().last_load.total, last.total);
    EXPECT_EQ(residency("tiny-pt2"), Residency::hot);
}

TEST_F(KeepAlive, by_default_is_five_minutes_and_what_cannot_park_stays_hot_for_them) {
    daemon.copy_model("add");
    client.reload().value();
    add();
    daemon.pass(5min - 10s);
    EXPECT_EQ(residency("add"), Residency::hot) << "TorchScript on the CPU has nothing to park";
    daemon.pass(10s);
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(KeepAlive, of_zero_unloads_after_each_job) {
    take("add", "keep_alive = \"0\"\n");
    for (int i = 0; i < 3; ++i) {
        add();
        EXPECT_TRUE(comes_to("add", Residency::cold));
    }
}

TEST_F(KeepAlive, for_ever_outlasts_any_time) {
    take("add", "keep_alive = \"forever\"\n");
    add();
    daemon.pass(24h * 365);
    EXPECT_EQ(residency("add"), Residency::hot);
}

TEST_F(KeepAlive, listings_questions_and_pings_are_no_use) {
    take("add", "keep_alive = \"2m\"\n");
    add();
    for (int i = 0; i < 12; ++i) {
        daemon.pass(10s);
        client.ping().value();
        client.models().value();
        client.status().value();
        client.info("add").value();
        client.reload().value();
    }
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(KeepAlive, each_job_starts_it_anew) {
    take("add", "keep_alive = \"2m\"\n");
    for (int i = 0; i < 3; ++i) {
        add();
        daemon.pass(110s);
    }
    EXPECT_EQ(residency("add"), Residency::hot);
}

TEST_F(KeepAlive, does_not_touch_a_model_that_works) {
    take("sleepy", "keep_alive = \"1s\"\n");
    client.load("sleepy").value();
    Job job = client.submit(sleeping(400)).value();
    daemon.pass(1h);
    EXPECT_EQ(residency("sleepy"), Residency::hot);
    EXPECT_TRUE(job.wait(kLong));
    daemon.pass(1s);
    EXPECT_TRUE(comes_to("sleepy", Residency::cold));
}

JobSpec adding_and_staying(std::chrono::milliseconds time) {
    JobSpec spec = adding(1, 2);
    spec.keep_alive = time;
    return spec;
}

TEST_F(KeepAlive, of_a_job_holds_in_place_of_the_models_until_the_next_job) {
    take("add", "keep_alive = \"10m\"\n");
    client.run(adding_and_staying(2h)).value();
    daemon.pass(2h - 10s);
    EXPECT_EQ(residency("add"), Residency::hot);
    add();
    daemon.pass(10min);
    EXPECT_TRUE(comes_to("add", Residency::cold)) << "the last job asked for nothing";
}

TEST_F(KeepAlive, of_a_job_can_be_none) {
    take("add", "keep_alive = \"forever\"\n");
    client.run(adding_and_staying(0ms)).value();
    EXPECT_TRUE(comes_to("add", Residency::cold));
}

TEST_F(KeepAlive, of_a_job_can_be_for_ever) {
    take("add", "keep_alive = \"0\"\n");
    client.run(adding_and_staying(kForever)).value();
    daemon.pass(24h * 365);
    EXPECT_EQ(residency("add"), Residency::hot);
}

TEST_F(KeepAlive, of_a_job_that_is_out_of_range_is_refused_with_the_limit) {
    take("add", "");
    const auto too_long = client.run(adding_and_staying(24h * 30 + 1ms));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, Errc::invalid_argument);
    EXPECT_THAT(too_long.error().message, testing::HasSubstr("30d that are allowed"));
    EXPECT_THAT(too_long.error().hint, testing::HasSubstr("for ever"));
    EXPECT_EQ(client.run(adding_and_staying(-1ms)).error().code, Errc::invalid_argument);
    client.run(adding_and_staying(24h * 30)).value();
}

// A worker that lingers saves the next call its start.
TEST(Linger, keeps_the_process_for_the_next_load) {
    DaemonUnderTest daemon{{.arguments = {"--linger", "60"}}};
    daemon.copy_model("add");
    daemon.set_rules("add", "keep_alive = \"0\"\n");
    Client client = Client::connect({.socket = daemon.socket()}).value();
    client.reload().value();
    EXPECT_EQ(sum_of(client.run(adding(1, 2)).value()), 3);
    const std::uint32_t pid = daemon.worker().pid;
    EXPECT_TRUE(wait_until(
        [&] { return client.info("add").value().summary.residency == Residency::cold; }));
    EXPECT_EQ(sum_of(client.run(adding(3, 4)).value()), 7);
    EXPECT_EQ(daemon.worker().pid, pid);
}

}  // namespace
}  // namespace samovar::tests
