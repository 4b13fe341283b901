// SIGKILL and SIGSTOP of clients: all of theirs is freed, and nobody else notices.

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

using ipc::OutputPlace;

constexpr std::uint64_t kBytes = 8u << 20;

class ClientDeaths : public WithWorker {
  protected:
    ClientDeaths() : WithWorker({"invert", "sleepy"}) {
        make_hot("invert");
        make_hot("sleepy");
        before = census();
    }

    // Lets another process act as a client and then do nothing until it is killed.
    std::unique_ptr<Process> client_that(std::function<void(TestClient&)> acts) const {
        return std::make_unique<Process>([this, acts = std::move(acts)] {
            TestClient client = connect();
            acts(client);
            while (true)
                ::pause();
        });
    }
    void expect_freed_at_its_death(Process& client) {
        const std::uint64_t beside = ask_bystander();
        client.signal(SIGKILL);
        client.wait_for_exit();
        expect_answered(beside);
        expect_nothing_left(before);
        expect_bystander_served();
    }

    Census before;
};

TEST_F(ClientDeaths, in_a_job_with_more_that_wait_free_all_of_theirs) {
    const auto client = client_that([](TestClient& mine) {
        std::vector<TestChannel> channels;
        for (int i = 0; i < 4; ++i)
            channels.push_back(open_channel(mine, kBytes));
        for (int i = 0; i < 12; ++i) {
            const TestChannel& of = channels[static_cast<std::size_t>(i % 4)];
            const std::int64_t count = 200;
            std::memcpy(of.bytes().data(), &count, sizeof count);
            mine.ask(job("sleepy", {slot_input(DType::int64, {1}, of.id, 0)},
                         {OutputPlace{of.id, 64, 4}}));
        }
        while (true)
            ::pause();
    });
    ASSERT_TRUE(wait_until([&] {
        const Census now = census();
        return now.jobs >= 8 && now.worker_mappings >= before.worker_mappings + 2;
    }));
    EXPECT_EQ(census().channel_bytes, before.channel_bytes + 4 * kBytes);
    expect_freed_at_its_death(*client);
}

TEST_F(ClientDeaths, with_open_channels_that_a_worker_has_mapped_free_them) {
    const auto client = client_that([](TestClient& mine) {
        std::vector<TestChannel> channels;
        for (int i = 0; i < 4; ++i) {
            channels.push_back(open_channel(mine, kBytes));
            mine.get<ipc::Done>(job("invert",
                                    {slot_input(DType::uint8, {4, 4, 3}, channels.back().id, 0)},
                                    {OutputPlace{channels.back().id, 64, 48}}));
        }
        while (true)
            ::pause();
    });
    ASSERT_TRUE(wait_until([&] { return census().worker_mappings == before.worker_mappings + 4; }));
    expect_freed_at_its_death(*client);
}

TEST_F(ClientDeaths, that_wait_for_a_load_leave_the_load_to_others) {
    bystander.get<ipc::Ok>(ipc::UnloadModel{"sleepy"});
    const auto client = client_that([](TestClient& mine) {
        mine.ask(ipc::LoadModel{"sleepy"});
        mine.ask(sleep_job(1));
    });
    client->signal(SIGKILL);
    make_hot("sleepy");
    bystander.get<ipc::Done>(sleep_job(1));
    expect_nothing_left(before);
}

TEST_F(ClientDeaths, by_the_dozen_leave_nothing) {
    for (int i = 0; i < 12; ++i) {
        const auto client = client_that([](TestClient& mine) {
            const TestChannel of = open_channel(mine, kBytes);
            for (int n = 0; n < 50; ++n)
                mine.ask(job("invert", {slot_input(DType::uint8, {400, 400, 3}, of.id, 0)},
                             {OutputPlace{of.id, 1u << 20, 480'000}}));
            while (true)
                ::pause();
        });
        wait_until([&] { return census().jobs > 0; }, std::chrono::milliseconds(200));
        client->signal(SIGKILL);
        client->wait_for_exit();
    }
    expect_nothing_left(before);
    expect_bystander_served();
}

// 200 answers of 64 kB each are more than a session's outbox holds.
TEST_F(ClientDeaths, of_a_reader_that_is_stopped_are_bounded_in_memory) {
    const std::size_t peak = peak_kilobytes(daemon.pid());
    const auto client = client_that([](TestClient& mine) {
        const TestChannel of = open_channel(mine, kBytes);
        for (int n = 0; n < 200; ++n)
            mine.ask(job("invert", {slot_input(DType::uint8, {140, 150, 3}, of.id, 0)}));
        ::raise(SIGSTOP);
    });
    EXPECT_TRUE(wait_until([&] {
        expect_bystander_served();
        return daemon.log().find("its answers are not read") != std::string::npos;
    }));
    // It is stopped still, and all of its is free already.
    expect_nothing_left(before);
    EXPECT_LT(peak_kilobytes(daemon.pid()), peak + (16u << 10));
    client->signal(SIGKILL);
}

TEST_F(ClientDeaths, and_lives_never_make_the_daemon_map_a_channel) {
    TestClient client = connect();
    const TestChannel mine = open_channel(client, kBytes);
    const std::int64_t count = 100;
    std::memcpy(mine.bytes().data(), &count, sizeof count);
    std::vector<std::uint64_t> requests;
    for (std::uint64_t i = 1; i <= 4; ++i)
        requests.push_back(client.ask(job("sleepy", {slot_input(DType::int64, {1}, mine.id, 0)},
                                          {OutputPlace{mine.id, i * 64, 4}})));
    wait_for_jobs_in_flight(2);
    ASSERT_TRUE(wait_until([&] { return memfd_mappings(worker()) == before.worker_mappings + 1; }));
    while (!client.answered(requests.back(), std::chrono::milliseconds(5)))
        EXPECT_EQ(memfd_mappings(daemon.pid()), 0U);
    for (const std::uint64_t request : requests)
        client.answer(request).as<ipc::Done>();
    EXPECT_EQ(memfd_mappings(daemon.pid()), 0U);
}

}  // namespace
}  // namespace samovar::tests
