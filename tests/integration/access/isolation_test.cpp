// Two users of one daemon, one of whom tries what is not his. Only root can be several.

#include <algorithm>
#include <limits>

#include "tests/integration/access/with_policy.hpp"

namespace samovar::tests {
namespace {

constexpr std::uint64_t kSlot = 4096;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

class TwoUsers : public WithPolicy {
  protected:
    TwoUsers() : WithPolicy("[policy.everyone]\nmodels = [\"*\"]\n", {"add", "invert", "sleepy"}) {}

    // Root's in the place of Anna's, so that the test itself can look into it.
    TestChannel hers() {
        TestChannel channel = open_channel(root, 1u << 20);
        std::ranges::fill(channel.bytes(), kMark);
        return channel;
    }
    static bool is_untouched(const TestChannel& channel) {
        return std::ranges::all_of(channel.bytes(), [](std::byte byte) { return byte == kMark; });
    }
    // [1, 8, 3] bytes at an offset, and where the answer goes.
    static ipc::Submit inverting(std::uint32_t channel, std::uint64_t offset,
                                 ipc::OutputPlace place) {
        return job("invert", {slot_input(DType::uint8, {1, 8, 3}, channel, offset)}, {place});
    }
    static constexpr std::byte kMark{0x77};
};

TEST_F(TwoUsers, cannot_name_each_others_channels) {
    const TestChannel her = hers();
    const std::string text = as(kBert, [&](TestClient& client) {
        const TestChannel mine = open_channel(client, kSlot);
        return told(client, inverting(her.id, 0, {mine.id, 0, 64})) + "\n" +
               told(client, inverting(mine.id, 0, {her.id, 0, 64})) + "\n" +
               told(client, ipc::CloseChannel{her.id}) + "\n" +
               told(client, ipc::ResumeChannel{her.bytes().size()}) + "\n" +
               told(client, inverting(mine.id, 0, {mine.id, 64, 64}));
    });
    EXPECT_THAT(text, testing::MatchesRegex("unknown_channel: input .*\nunknown_channel: output "
                                            ".*\nunknown_channel: .*\nbad_descriptor: .*\ndone"));
    EXPECT_TRUE(is_untouched(her));
    EXPECT_EQ(told(root, inverting(her.id, 0, {her.id, 64, 64})), "done");
}

TEST_F(TwoUsers, cannot_reach_beyond_their_own_channel_by_any_size) {
    const TestChannel her = hers();
    const std::string text = as(kBert, [&](TestClient& client) {
        const TestChannel mine = open_channel(client, kSlot);
        std::string refusals;
        for (const auto& [offset, capacity] :
             {std::pair{kSlot, std::uint64_t{1}}, std::pair{std::uint64_t{64}, kSlot},
              std::pair{std::uint64_t{64}, kMost}, std::pair{kMost - 63, std::uint64_t{64}},
              std::pair{std::uint64_t{1} << 63, std::uint64_t{1} << 63}})
            refusals += told(client, inverting(mine.id, 0, {mine.id, offset, capacity})) + "\n";
        ipc::Submit forged = inverting(mine.id, 0, {mine.id, 64, 64});
        for (const Shape& shape : {Shape{1, 4096, 3}, Shape{1, kMost / 3, 3}, Shape{kMost, 8, 3}}) {
            forged.inputs[0].shape = shape;
            refusals += told(client, forged) + "\n";
        }
        forged.inputs[0].shape = {1, 8, 3};
        forged.inputs[0].offset = kMost - 63;
        return refusals + told(client, forged) + "\n";
    });
    std::istringstream lines(text);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_THAT(line, testing::MatchesRegex("(out_of_bounds|bad_input): .*"));
    EXPECT_EQ(count, 9);
    EXPECT_TRUE(is_untouched(her));
}

TEST_F(TwoUsers, get_memory_in_which_nothing_was_left) {
    as(kBert, [](TestClient& client) {
        for (int i = 0; i < 4; ++i) {
            const TestChannel mine = open_channel(client, 1u << 20);
            std::ranges::fill(mine.bytes(), std::byte{0x5a});
            told(client, inverting(mine.id, 0, {mine.id, 64, 64}));
            told(client, ipc::CloseChannel{mine.id});
        }
        return std::string();
    });
    const std::string text = as(kAnna, [](TestClient& client) {
        std::size_t left = 0;
        for (int i = 0; i < 8; ++i) {
            const TestChannel mine = open_channel(client, 1u << 20);
            left += static_cast<std::size_t>(std::ranges::count_if(
                mine.bytes(), [](std::byte byte) { return byte != std::byte{0}; }));
        }
        return std::to_string(left);
    });
    EXPECT_EQ(text, "0");
}

TEST_F(TwoUsers, get_no_result_of_a_cancelled_job_into_later_channels) {
    // A job runs that was cancelled, its channel is closed and its session over.
    as(kBert, [](TestClient& client) {
        const TestChannel mine = open_channel(client, kSlot);
        ipc::Submit submit = sleep_job(300);
        submit.outputs = {{mine.id, 0, 64}};
        const std::uint64_t request = client.ask(submit);
        while (client.get<ipc::StatusReport>(ipc::Status{}).workers.at(0).in_flight == 0) {
        }
        client.send(ipc::Cancel{}, request);
        told(client, ipc::CloseChannel{mine.id});
        return std::to_string(mine.id);
    });
    std::vector<TestChannel> channels;
    for (int i = 0; i < 8; ++i)
        channels.push_back(hers());
    EXPECT_TRUE(wait_until([this] {
        const ipc::StatusReport status = daemon.status();
        return status.jobs == 0 && status.channels == 8;
    }));
    EXPECT_TRUE(std::ranges::all_of(channels, is_untouched));
}

TEST_F(TwoUsers, get_their_own_results_beside_each_other) {
    // Each in slots between which nothing may be written.
    const auto work = [this](unsigned seed) {
        return [this, seed] {
            constexpr std::uint64_t kJobs = 64, kBytes = 24;
            TestClient client(daemon.socket());
            const TestChannel mine = open_channel(client, kJobs * 256);
            std::size_t wrong = 0;
            for (int round = 0; round < 5; ++round) {
                std::ranges::fill(mine.bytes(), kMark);
                std::vector<std::uint64_t> asked;
                for (std::uint64_t i = 0; i < kJobs; ++i) {
                    for (std::uint64_t j = 0; j < kBytes; ++j)
                        mine.bytes()[i * 256 + j] = static_cast<std::byte>(seed + i + j);
                    asked.push_back(
                        client.ask(inverting(mine.id, i * 256, {mine.id, i * 256 + 128, kBytes})));
                }
                for (const std::uint64_t request : asked)
                    client.answer(request).as<ipc::Done>();
                for (std::uint64_t i = 0; i < kJobs; ++i)
                    for (std::uint64_t j = 0; j < 128; ++j) {
                        const auto result = static_cast<std::byte>(255 - ((seed + i + j) & 255));
                        wrong += mine.bytes()[i * 256 + 128 + j] != (j < kBytes ? result : kMark);
                    }
            }
            return std::to_string(wrong);
        };
    };
    OtherUser anna(kAnna, {}, work(3)), bert(kBert, {}, work(160));
    EXPECT_EQ(anna.answer(), "0");
    EXPECT_EQ(bert.answer(), "0");
}

TEST_F(TwoUsers, do_not_end_each_others_jobs) {
    const std::uint64_t request = root.ask(sleep_job(100));
    const std::string text = as(kBert, [request](TestClient& client) {
        client.send(ipc::Cancel{}, request);
        return told(client, ipc::Ping{});
    });
    EXPECT_EQ(text, "done");
    EXPECT_TRUE(root.answer(request).is<ipc::Done>());
}

}  // namespace
}  // namespace samovar::tests
