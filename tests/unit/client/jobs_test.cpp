#include <gtest/gtest.h>

#include <algorithm>

#include <samovar/client.hpp>

#include "fake_daemon.hpp"

namespace samovar::tests {
namespace {

using ipc::MessageType;
using std::chrono::milliseconds;

constexpr milliseconds kLong{20'000};

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::string text_of(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes)
        text += std::to_integer<char>(byte);
    return text;
}

JobSpec inline_job(std::string_view text) {
    JobSpec spec{.model = "echo"};
    spec.inputs.push_back({"x", DType::uint8, {text.size()}, {}, bytes_of(text)});
    return spec;
}

class Jobs : public ::testing::Test {
  protected:
    Client& connect(FakeDaemon::Handler submit) {
        return connect(
            std::map<MessageType, FakeDaemon::Handler>{{MessageType::submit, std::move(submit)}});
    }
    Client& connect(std::map<MessageType, FakeDaemon::Handler> handlers) {
        daemon.emplace(path, std::move(handlers));
        client.emplace(*Client::connect({.socket = path}));
        return *client;
    }
    JobSpec slot_job(std::string_view text) {
        JobSpec spec{.model = "echo"};
        Slot slot = *client->take(text.size());
        std::ranges::copy(bytes_of(text), slot.bytes().begin());
        spec.inputs.push_back({"x", DType::uint8, {text.size()}, std::move(slot), {}});
        spec.outputs.push_back(*client->take(100));
        return spec;
    }
    tests::TemporaryFolder folder;
    std::string path = folder.path() / "s";
    std::optional<FakeDaemon> daemon;
    std::optional<Client> client;
};

TEST_F(Jobs, SmallTensorsTravelInsideTheMessages) {
    auto result = connect(echo).run(inline_job("hello"), kLong);
    ASSERT_TRUE(result) << describe(result.error());
    ASSERT_EQ(result->outputs.size(), 1U);
    EXPECT_EQ(result->outputs[0].name, "echo");
    EXPECT_EQ(result->outputs[0].shape, Shape{5});
    EXPECT_EQ(text_of(result->outputs[0].bytes()), "hello");
    EXPECT_EQ(result->timings.inferred, std::chrono::nanoseconds(3));
    EXPECT_EQ(result->timings.total, std::chrono::nanoseconds(20));
}

TEST_F(Jobs, SlotsAreLentAndComeBackWithTheResult) {
    connect(echo);
    JobSpec spec = slot_job("picture");
    const std::byte* input = spec.inputs[0].slot.bytes().data();
    const std::byte* output = spec.outputs[0].bytes().data();
    auto result = client->run(std::move(spec), kLong);
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(text_of(result->outputs[0].bytes()), "picture");
    EXPECT_EQ(result->outputs[0].slot.bytes().data(), output) << "read in place";
    ASSERT_EQ(result->inputs.size(), 1U);
    EXPECT_EQ(result->inputs[0].bytes().data(), input);
}

TEST_F(Jobs, EverythingOfASpecArrives) {
    std::promise<ipc::Submit> seen;
    const StopsFirst stops(daemon);
    connect([&](FakePeer& peer, ipc::Frame& frame) {
        seen.set_value(*ipc::decode<ipc::Submit>(frame.body));
        echo(peer, frame);
    });
    JobSpec spec = inline_job("a");
    spec.params.emplace_back("output", "alpha");
    spec.on_progress = [](const Progress&) {};
    ASSERT_TRUE(client->run(std::move(spec), kLong));
    const ipc::Submit submit = seen.get_future().get();
    EXPECT_EQ(submit.model, "echo");
    EXPECT_EQ(submit.inputs.at(0).name, "x");
    EXPECT_EQ(submit.params.at(0).key, "output");
    EXPECT_EQ(submit.params.at(0).value, "alpha");
    EXPECT_TRUE(submit.progress);
}

TEST_F(Jobs, ASlotThatWasLentCannotBeUsedAgain) {
    connect({{MessageType::submit, [](FakePeer&, ipc::Frame&) {}}});
    JobSpec spec = slot_job("once");
    ASSERT_TRUE(client->submit(std::move(spec)));
    JobSpec again{.model = "echo"};
    again.inputs.push_back({"x", DType::uint8, {4}, Slot(), {}});
    const auto refused = client->submit(std::move(again));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::slot_in_use);
    EXPECT_NE(refused.error().message.find("input 0"), std::string::npos);
}

TEST_F(Jobs, LentMemoryIsNotGivenToOthersBeforeTheJobIsDoneThoughItsHandleIsGone) {
    std::promise<void> go;
    auto gone = go.get_future().share();
    const StopsFirst stops(daemon);
    connect([&, gone](FakePeer& peer, ipc::Frame& frame) {
        gone.wait();
        echo(peer, frame);
    });
    JobSpec spec = slot_job("mine");
    const std::byte* lent = spec.inputs[0].slot.bytes().data();
    {
        auto job = client->submit(std::move(spec));
        ASSERT_TRUE(job);
        job->cancel();
    }
    Slot other = *client->take(4);
    EXPECT_NE(other.bytes().data(), lent);
    go.set_value();
    ASSERT_TRUE(client->drain(kLong));
    other.release();
    EXPECT_EQ(client->take(4)->bytes().data(), lent) << "free after the end";
}

TEST_F(Jobs, WrongSpecsAreRefusedBeforeTheyAreSent) {
    connect(echo);
    JobSpec too_long = inline_job("abc");
    too_long.inputs[0].shape = {4};
    EXPECT_EQ(client->submit(std::move(too_long)).error().code, Errc::invalid_argument);
    JobSpec large = inline_job(std::string(kMaxInlineBytes + 1, 'x'));
    const Error error = client->submit(std::move(large)).error();
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_EQ(error.hint, "put larger tensors into a slot");
    JobSpec beyond = slot_job("abc");
    beyond.inputs[0].shape = {1000};
    EXPECT_EQ(client->submit(std::move(beyond)).error().code, Errc::out_of_bounds);
    EXPECT_TRUE(beyond.inputs[0].slot) << "a spec that was refused is as it was";
    JobSpec deep = inline_job("a");
    deep.inputs[0].shape.assign(9, 1);
    EXPECT_EQ(client->submit(std::move(deep)).error().code, Errc::invalid_argument);
    JobSpec many = inline_job("a");
    many.params.resize(kMaxParams + 1);
    EXPECT_EQ(client->submit(std::move(many)).error().code, Errc::invalid_argument);
}

TEST_F(Jobs, TheErrorOfAJobComesWithItsSpecSoThatItCanBeTriedAgain) {
    std::atomic<int> tries{0};
    const StopsFirst stops(daemon);
    connect([&](FakePeer& peer, ipc::Frame& frame) {
        if (++tries > 1) return echo(peer, frame);
        peer.fail(frame.header.request, Errc::inference_failed, "the model threw");
    });
    JobSpec spec = slot_job("again");
    const auto failed = client->run(std::move(spec), kLong);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::inference_failed);
    ASSERT_TRUE(spec.inputs[0].slot && spec.outputs[0]);
    const auto result = client->run(std::move(spec), kLong);
    ASSERT_TRUE(result);
    EXPECT_EQ(text_of(result->outputs[0].bytes()), "again");
}

TEST_F(Jobs, AHandleGivesItsSpecBackAfterAFailureOnly) {
    connect([](FakePeer& peer, ipc::Frame& frame) {
        peer.fail(frame.header.request, Errc::out_of_memory, "no");
    });
    auto job = client->submit(slot_job("mine"));
    ASSERT_TRUE(job);
    EXPECT_FALSE(job->wait(kLong));
    EXPECT_TRUE(job->done());
    EXPECT_TRUE(job->take_spec().inputs.at(0).slot);
    EXPECT_TRUE(job->take_spec().inputs.empty()) << "once";
}

TEST_F(Jobs, AResultIsTakenOnce) {
    connect(echo);
    auto job = client->submit(inline_job("a"));
    ASSERT_TRUE(job);
    EXPECT_TRUE(job->wait(kLong));
    EXPECT_EQ(job->wait(kLong).error().code, Errc::invalid_argument);
    EXPECT_EQ(Job().wait(kLong).error().code, Errc::invalid_argument);
}

TEST_F(Jobs, ManyAreInFlightAndEndInAnyOrder) {
    std::vector<std::uint64_t> requests;
    const StopsFirst stops(daemon);
    connect([&](FakePeer& peer, ipc::Frame& frame) {
        requests.push_back(frame.header.request);
        if (requests.size() < 3) return;
        std::ranges::reverse(requests);
        for (const std::uint64_t request : requests) {
            ipc::Done done;
            done.outputs.push_back({"n", DType::int64, {}, ipc::kInline, 0, ipc::Bytes(8)});
            done.outputs[0].data[0] = static_cast<std::byte>(request);
            peer.send(done, request);
        }
    });
    std::vector<Job> jobs;
    for (int i = 0; i < 3; ++i)
        jobs.push_back(*client->submit(inline_job("a")));
    EXPECT_EQ(client->jobs_in_flight(), 3U);
    std::vector<int> order;
    for (Job& job : jobs)
        order.push_back(std::to_integer<int>(job.wait(kLong)->outputs.at(0).bytes()[0]));
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(client->jobs_in_flight(), 0U);
}

TEST_F(Jobs, AWaitThatEndsTooEarlyCanBeContinued) {
    std::promise<void> go;
    auto gone = go.get_future().share();
    connect([gone](FakePeer& peer, ipc::Frame& frame) {
        gone.wait();
        echo(peer, frame);
    });
    auto job = client->submit(inline_job("late"));
    const auto early = job->wait(milliseconds(1));
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, Errc::timed_out);
    EXPECT_FALSE(job->done());
    go.set_value();
    EXPECT_TRUE(job->wait(kLong));
}

TEST_F(Jobs, RunCancelsWhatIsNotDoneInTime) {
    std::promise<std::uint64_t> submitted, cancelled;
    const StopsFirst stops(daemon);
    connect({{MessageType::submit,
              [&](FakePeer&, ipc::Frame& frame) { submitted.set_value(frame.header.request); }},
             {MessageType::cancel, [&](FakePeer& peer, ipc::Frame& frame) {
                  peer.fail(frame.header.request, Errc::cancelled, "cancelled");
                  cancelled.set_value(frame.header.request);
              }}});
    const auto result = client->run(inline_job("slow"), milliseconds(5));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::timed_out);
    EXPECT_EQ(cancelled.get_future().get(), submitted.get_future().get());
    EXPECT_TRUE(client->drain(kLong));
}

TEST_F(Jobs, ACancelledJobEndsAsCancelled) {
    connect({{MessageType::submit, [](FakePeer&, ipc::Frame&) {}},
             {MessageType::cancel, [](FakePeer& peer, ipc::Frame& frame) {
                  peer.fail(frame.header.request, Errc::cancelled, "cancelled");
              }}});
    auto first = client->submit(inline_job("a"));
    auto second = client->submit(inline_job("b"));
    first->cancel();
    EXPECT_EQ(first->wait(kLong).error().code, Errc::cancelled);
    EXPECT_FALSE(second->done());
    client->cancel_all();
    EXPECT_EQ(second->wait(kLong).error().code, Errc::cancelled);
}

TEST_F(Jobs, ProgressOfALoadIsTold) {
    const StopsFirst stops(daemon);
    connect([](FakePeer& peer, ipc::Frame& frame) {
        peer.send(ipc::Progress{"spawn", 0, 0}, frame.header.request);
        peer.send(ipc::Progress{"read", 5, 10}, frame.header.request);
        echo(peer, frame);
    });
    std::vector<std::string> phases;
    JobSpec spec = inline_job("a");
    spec.on_progress = [&](const Progress& progress) { phases.push_back(progress.phase); };
    ASSERT_TRUE(client->run(std::move(spec), kLong));
    EXPECT_EQ(phases, (std::vector<std::string>{"spawn", "read"}));
}

TEST_F(Jobs, ProgressIsNotToldOnceRunHasGivenUp) {
    const StopsFirst stops(daemon);
    connect({{MessageType::submit, [](FakePeer&, ipc::Frame&) {}},
             {MessageType::cancel, [](FakePeer& peer, ipc::Frame& frame) {
                  peer.send(ipc::Progress{"read", 5, 10}, frame.header.request);
                  peer.fail(frame.header.request, Errc::cancelled, "cancelled");
              }}});
    int told = 0;
    JobSpec spec = inline_job("slow");
    spec.on_progress = [&](const Progress&) { ++told; };
    EXPECT_EQ(client->run(std::move(spec), milliseconds(5)).error().code, Errc::timed_out);
    EXPECT_TRUE(client->drain(kLong));
    EXPECT_EQ(told, 0);
}

TEST_F(Jobs, AnOutputThatIsTooSmallTellsWhatItNeeds) {
    connect(echo);
    JobSpec spec = slot_job("0123456789");
    spec.outputs[0] = *client->take(4);
    const auto result = client->run(std::move(spec), kLong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::output_too_small);
    EXPECT_EQ(result.error().needed, 10U);
}

TEST_F(Jobs, AnAnswerThatPointsElsewhereIsRefused) {
    connect([](FakePeer& peer, ipc::Frame& frame) {
        const auto submit = ipc::decode<ipc::Submit>(frame.body);
        ipc::Done done;
        const ipc::OutputPlace place = submit->outputs.at(0);
        done.outputs.push_back({"x", DType::uint8, {100}, place.channel, place.offset + 64, {}});
        peer.send(done, frame.header.request);
    });
    EXPECT_EQ(client->run(slot_job("a"), kLong).error().code, Errc::protocol);
}

TEST_F(Jobs, AnAnswerLargerThanItsPlaceIsRefused) {
    connect([](FakePeer& peer, ipc::Frame& frame) {
        const auto submit = ipc::decode<ipc::Submit>(frame.body);
        ipc::Done done;
        const ipc::OutputPlace place = submit->outputs.at(0);
        done.outputs.push_back({"x", DType::uint8, {101}, place.channel, place.offset, {}});
        peer.send(done, frame.header.request);
    });
    EXPECT_EQ(client->run(slot_job("a"), kLong).error().code, Errc::protocol);
}

TEST_F(Jobs, TheCallbackGetsTheResultOnce) {
    const StopsFirst stops(daemon);
    connect(echo);
    int calls = 0;
    std::string text;
    const auto submitted = client->submit(inline_job("hi"), [&](Result<JobResult> result) {
        ++calls;
        if (result) text = text_of(result->outputs.at(0).bytes());
    });
    ASSERT_TRUE(submitted);
    EXPECT_TRUE(client->drain(kLong));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(text, "hi");
}

TEST_F(Jobs, ACallbackMaySubmitTheNextJob) {
    const StopsFirst stops(daemon);
    connect(echo);
    int left = 5;
    std::function<void(Result<JobResult>)> next = [&](Result<JobResult> result) {
        EXPECT_TRUE(result);
        if (--left == 0) return;
        EXPECT_TRUE(client->submit(inline_job("next"), next));
    };
    ASSERT_TRUE(client->submit(inline_job("first"), next));
    EXPECT_TRUE(client->drain(kLong));
    EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace samovar::tests
