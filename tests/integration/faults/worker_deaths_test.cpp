// SIGKILL and SIGSEGV of workers: what they had is tried again, and who kills them is found out.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using ipc::Done;
using ipc::OutputPlace;
using testing::HasSubstr;

class WorkerDeaths : public WithWorker {
  protected:
    WorkerDeaths() : WithWorker({"crash", "crash_alone", "invert", "sleepy"}) {}

    // Sleeps for about `count` times 1.5 ms; count and result are in the channel at `offset`.
    ipc::Submit sleep_in(const TestChannel& of, std::uint64_t offset, std::int64_t count) const {
        std::memcpy(of.bytes().data() + offset, &count, sizeof count);
        return job("sleepy", {slot_input(DType::int64, {1}, of.id, offset)},
                   {OutputPlace{of.id, offset + 64, sizeof(float)}});
    }
    static float result_at(const TestChannel& of, std::uint64_t offset) {
        float result = 0;
        std::memcpy(&result, of.bytes().data() + offset + 64, sizeof result);
        return result;
    }
};

ipc::Submit crashing(const std::string& model = "crash", float other = 1) {
    return job(model, {floats({13, other})});
}

TEST_F(WorkerDeaths, in_a_job_are_followed_by_one_more_try_of_each_by_itself) {
    make_hot("sleepy");
    TestClient client = connect();
    const TestChannel mine = open_channel(client, 1u << 20);
    const std::uint64_t first = client.ask(sleep_in(mine, 0, 150));
    const std::uint64_t second = client.ask(sleep_in(mine, 128, 150));
    const std::uint64_t queued = client.ask(sleep_in(mine, 256, 1));
    wait_for_jobs_in_flight(2);
    const auto dead = static_cast<std::uint32_t>(kill_worker());

    const bool both_done = wait_until([&] {
        // On one connection: what was answered before the report is there before it.
        const auto status = client.get<ipc::StatusReport>(ipc::Status{});
        const bool both = client.answered(first, std::chrono::milliseconds(0)) &&
                          client.answered(second, std::chrono::milliseconds(0));
        const ipc::WorkerStatus& now = status.workers.at(0);
        if (now.pid == dead || both) return both;
        EXPECT_LE(now.in_flight, 1U) << "one of them had company";
        EXPECT_TRUE(now.pid == 0 || !fs::exists("/proc/" + std::to_string(dead)))
            << "the next worker came before the dead one was reaped";
        return both;
    });
    EXPECT_TRUE(both_done);
    for (const std::uint64_t request : {first, second, queued})
        client.answer(request).as<Done>();
    EXPECT_EQ(result_at(mine, 0), result_at(mine, 128));
    EXPECT_NE(result_at(mine, 256), 0);
    EXPECT_EQ(daemon.worker().restarts, 1U);
    expect_bystander_served();
}

TEST_F(WorkerDeaths, twice_under_one_job_refuse_it_and_keep_its_input_out) {
    make_hot("crash");
    TestClient client = connect();
    const std::uint64_t killer = client.ask(crashing());
    std::vector<std::uint64_t> neighbours;
    for (int i = 0; i < 5; ++i)
        neighbours.push_back(ask_bystander());

    const Error error = client.answer(killer).error();
    EXPECT_EQ(error.code, Errc::worker_died);
    EXPECT_THAT(error.message, HasSubstr("twice: killed by signal 11"));
    EXPECT_THAT(error.hint, HasSubstr("other inputs are served"));
    EXPECT_GT(error.retry_after_ms, 0U);
    for (const std::uint64_t neighbour : neighbours)
        expect_answered(neighbour);
    EXPECT_EQ(daemon.worker().restarts, 2U);

    // The same once more costs nobody a worker, and others of the model are served.
    const Error again = client.call(crashing()).error();
    EXPECT_EQ(again.code, Errc::worker_died);
    EXPECT_THAT(again.message, HasSubstr("kept out for a while"));
    EXPECT_NE(again.hint, "");
    EXPECT_GT(again.retry_after_ms, 0U);
    const auto done = client.get<Done>(job("crash", {floats({1, 2})}));
    EXPECT_EQ(values_of<float>(done.outputs.at(0)), (std::vector<float>{2, 3}));
    EXPECT_EQ(daemon.worker().restarts, 2U);
    expect_bystander_served();
}

TEST_F(WorkerDeaths, leave_hot_what_was_hot) {
    for (const char* model : {"crash", "invert", "sleepy"})
        make_hot(model);
    const pid_t dead = kill_worker();
    const auto all_are_hot = [&] {
        const ipc::StatusReport status = daemon.status();
        const auto hot = std::ranges::count_if(status.models, [](const ipc::ModelStatus& model) {
            return model.residency == ipc::Residency::hot;
        });
        return status.workers.at(0).pid != static_cast<std::uint32_t>(dead) && hot == 4;
    };
    EXPECT_TRUE(wait_until(all_are_hot));
    EXPECT_FALSE(runs(dead));
    EXPECT_TRUE(bystander.get<ipc::ModelLoaded>(ipc::LoadModel{"invert"}).was_hot);
    expect_bystander_served();
}

TEST_F(WorkerDeaths, lose_no_job_that_waits) {
    make_hot("sleepy");
    TestClient client = connect();
    std::vector<std::uint64_t> requests, of_bystander;
    for (int i = 0; i < 30; ++i) {
        requests.push_back(client.ask(sleep_job(8)));
        of_bystander.push_back(ask_bystander());
    }
    wait_for_jobs_in_flight(2);
    kill_worker();
    for (const std::uint64_t request : requests)
        EXPECT_EQ(values_of<float>(client.answer(request).as<Done>().outputs.at(0)).size(), 1U);
    for (const std::uint64_t request : of_bystander)
        expect_answered(request);
    EXPECT_EQ(daemon.worker().restarts, 1U);
}

TEST_F(WorkerDeaths, in_a_row_end_every_job_once_and_leave_nothing) {
    make_hot("sleepy");
    const Census before = census();
    {
        TestClient client = connect();
        const TestChannel mine = open_channel(client, 1u << 20);
        // Each another input, so that none is taken for another.
        std::vector<std::uint64_t> requests;
        requests.reserve(20);
        for (std::uint64_t i = 0; i < 20; ++i)
            requests.push_back(client.ask(sleep_in(mine, i * 128, 60 + static_cast<int>(i))));
        pid_t last = 0;
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(wait_until([&] {
                const ipc::WorkerStatus now = daemon.worker();
                return now.in_flight > 0 && now.pid != static_cast<std::uint32_t>(last);
            }));
            last = kill_worker();
        }
        // At the second and third death only one job was in the worker, since it was a suspect.
        int died = 0;
        for (const std::uint64_t request : requests) {
            const Answer answer = client.answer(request);
            if (answer.is<Done>()) continue;
            EXPECT_EQ(answer.error().code, Errc::worker_died);
            ++died;
        }
        EXPECT_LE(died, 2);
        client.get<Done>(sleep_job(1));
    }
    expect_bystander_served();
    expect_nothing_left(before);
}

TEST_F(WorkerDeaths, while_it_starts_are_not_the_end_of_the_job) {
    bystander.get<ipc::Ok>(ipc::UnloadModel{"add"});
    EXPECT_TRUE(wait_until([&] { return daemon.worker().pid == 0; }));
    const std::uint64_t request = ask_bystander();
    EXPECT_TRUE(wait_until([&] { return daemon.worker().pid != 0; }));
    const pid_t dead = kill_worker();
    expect_answered(request);
    EXPECT_NE(worker(), dead);
}

TEST_F(WorkerDeaths, of_a_model_with_a_worker_of_its_own_are_no_matter_of_others) {
    make_hot("sleepy");
    const pid_t shared = worker();
    const std::uint64_t beside = bystander.ask(sleep_job(200));
    TestClient client = connect();
    EXPECT_EQ(client.call(crashing("crash_alone")).error().code, Errc::worker_died);
    bystander.answer(beside).as<Done>();
    EXPECT_EQ(worker(), shared);
    EXPECT_EQ(daemon.worker().restarts, 0U);
    EXPECT_GE(daemon.worker("cpu/crash_alone").restarts, 1U);
    EXPECT_THAT(daemon.worker("cpu/crash_alone").problem, HasSubstr("signal 11"));
}

}  // namespace
}  // namespace samovar::tests
