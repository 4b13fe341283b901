// One client in many threads; what these prove they prove under ThreadSanitizer.

#include <gtest/gtest.h>

#include <cstring>
#include <future>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;
using std::chrono::milliseconds;

constexpr milliseconds kLong{60'000};
constexpr int kThreads = 4;
constexpr int kRounds = 50;

class Threads : public ::testing::Test {
  protected:
    void connect(std::map<MessageType, FakeDaemon::Handler> handlers) {
        daemon.emplace(path, std::move(handlers));
        client.emplace(*Client::connect({.socket = path}));
    }
    // Runs `work(thread)` in some threads and waits for all.
    template <class Work>
    void in_threads(Work work) {
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([&work, i] { work(i); });
        for (std::thread& thread : threads)
            thread.join();
    }
    Result<JobResult> run_with_slots(std::uint64_t value) {
        // Taking a slot asks the daemon for a channel where there is none: it may be gone, too.
        Result<Slot> input = client->take(8);
        if (!input) return input.error();
        Result<Slot> output = client->take(8);
        if (!output) return output.error();
        std::memcpy(input->bytes().data(), &value, 8);
        JobSpec spec{.model = "echo"};
        spec.inputs.push_back({"x", DType::int64, {1}, std::move(*input), {}});
        spec.outputs.push_back(std::move(*output));
        return client->run(std::move(spec), kLong);
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> client;
};

TEST_F(Threads, EachGetsTheAnswerToItsOwnQuestion) {
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, echo}});
    in_threads([&](int thread) {
        for (int round = 0; round < kRounds; ++round) {
            const std::uint64_t value = static_cast<std::uint64_t>(thread * 1000 + round);
            auto result = run_with_slots(value);
            ASSERT_TRUE(result) << describe(result.error());
            std::uint64_t got = 0;
            std::memcpy(&got, result->outputs.at(0).bytes().data(), 8);
            EXPECT_EQ(got, value);
        }
    });
}

TEST_F(Threads, WaitersTakeOverFromEachOtherWhateverTheOrderOfTheAnswers) {
    // Answers come in pairs, the later question first.
    std::optional<std::uint64_t> held;
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, [&](FakePeer& peer, ipc::Frame& frame) {
                  if (!held) {
                      held = frame.header.request;
                      return;
                  }
                  peer.send(ipc::Done{}, frame.header.request);
                  peer.send(ipc::Done{}, *held);
                  held.reset();
              }}});
    in_threads([&](int) {
        for (int round = 0; round < kRounds; ++round) {
            auto first = client->submit(JobSpec{.model = "m"});
            auto second = client->submit(JobSpec{.model = "m"});
            ASSERT_TRUE(first && second);
            EXPECT_TRUE(first->wait(kLong));
            EXPECT_TRUE(second->wait(kLong));
        }
    });
}

TEST_F(Threads, AllFindOutThatTheDaemonIsGoneAndAllComeBack) {
    std::atomic<int> jobs{0};
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, [&](FakePeer& peer, ipc::Frame& frame) {
                  if (++jobs % 20 == 0) return peer.close();
                  echo(peer, frame);
              }}});
    std::atomic<int> done{0}, lost{0};
    in_threads([&](int thread) {
        for (int round = 0; round < kRounds; ++round) {
            auto result = run_with_slots(static_cast<std::uint64_t>(thread));
            if (result) {
                ++done;
            } else {
                EXPECT_EQ(result.error().code, Errc::disconnected) << describe(result.error());
                ++lost;
            }
        }
    });
    EXPECT_EQ(done + lost, kThreads * kRounds);
    EXPECT_GT(done, 0);
    EXPECT_GT(lost, 0);
}

TEST_F(Threads, ACallDoesNotReturnWhileAnotherThreadTellsItsProgress) {
    std::promise<std::uint64_t> submitted;
    const StopsFirst stops(daemon);
    connect({{MessageType::submit,
              [&](FakePeer&, ipc::Frame& frame) { submitted.set_value(frame.header.request); }},
             {MessageType::load_model, [](FakePeer& peer, ipc::Frame& frame) {
                  peer.send(ipc::Progress{"read", 5, 10}, frame.header.request);
                  peer.send(ipc::ModelLoaded{}, frame.header.request);
              }}});
    JobSpec spec{.model = "slow"};
    Job job = std::move(*client->submit(std::move(spec)));
    submitted.get_future().wait();
    std::thread reader([&] { EXPECT_FALSE(job.wait(kLong)); });
    std::promise<void> returned;
    std::future<void> too_early = returned.get_future();
    bool inside_after_the_end = false;
    EXPECT_TRUE(client->load("m", [&](const Progress&) {
        inside_after_the_end = too_early.wait_for(milliseconds(50)) == std::future_status::ready;
    }));
    returned.set_value();
    daemon->stop();
    reader.join();
    EXPECT_FALSE(inside_after_the_end);
}

TEST_F(Threads, CancelFromAnotherThreadEndsAWait) {
    std::promise<void> submitted;
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, [&](FakePeer&, ipc::Frame&) { submitted.set_value(); }},
             {MessageType::cancel, [](FakePeer& peer, ipc::Frame& frame) {
                  peer.fail(frame.header.request, Errc::cancelled, "cancelled");
              }}});
    std::thread canceller([&] {
        submitted.get_future().wait();
        client->cancel_all();
    });
    const auto result = client->run(JobSpec{.model = "m"}, kLong);
    EXPECT_EQ(result.error().code, Errc::cancelled);
    canceller.join();
}

TEST_F(Threads, DispatchBesideWaitersLosesNothing) {
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, echo}});
    std::atomic<bool> stop{false};
    std::thread dispatcher([&] {
        while (!stop) {
            EXPECT_TRUE(client->dispatch());
            std::this_thread::yield();
        }
    });
    in_threads([&](int thread) {
        for (int round = 0; round < kRounds; ++round)
            EXPECT_TRUE(run_with_slots(static_cast<std::uint64_t>(thread)));
    });
    stop = true;
    dispatcher.join();
}

TEST_F(Threads, AJobWaitedForElsewhereEndsWhenTheClientIsDestroyed) {
    std::promise<void> submitted;
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, [&](FakePeer&, ipc::Frame&) { submitted.set_value(); }}});
    auto job = client->submit(JobSpec{.model = "m"});
    std::thread waiter([&] { EXPECT_EQ(job->wait(kLong).error().code, Errc::disconnected); });
    submitted.get_future().wait();
    client.reset();
    waiter.join();
}

}  // namespace
}  // namespace samovar::tests
