// The story of all moves.

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

class Events : public WithRules {
  protected:
    static std::string in_words(const Event& event) {
        return event.model + " " + std::string(to_string(event.from)) + "->" +
               std::string(to_string(event.to)) + " " + event.cause;
    }
    std::vector<Event> all(std::chrono::sys_time<std::chrono::milliseconds> since = {}) {
        std::vector<Event> events;
        client.events(since, false, [&](const Event& event) { events.push_back(event); }).value();
        return events;
    }
    std::vector<std::string> story() {
        std::vector<std::string> words;
        for (const Event& event : all())
            words.push_back(in_words(event));
        return words;
    }
};

TEST_F(Events, tell_each_move_with_its_cause) {
    take("tiny-pt2", "park_after = \"1m\"\n");
    client.load("tiny-pt2").value();
    daemon.pass(1min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::parked));
    daemon.pass(4min);
    ASSERT_TRUE(comes_to("tiny-pt2", Residency::cold));
    EXPECT_THAT(story(),
                ElementsAre("tiny-pt2 cold->loading operator", "tiny-pt2 loading->hot operator",
                            "tiny-pt2 hot->parking idle", "tiny-pt2 parking->parked idle",
                            "tiny-pt2 parked->unloading idle", "tiny-pt2 unloading->cold idle"));
}

TEST_F(Events, have_a_time_a_duration_and_bytes) {
    take("tiny-pt2", "");
    const auto before = std::chrono::system_clock::now() - 1s;
    client.load("tiny-pt2").value();
    const std::vector<Event> events = all();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_GE(events[0].at, before);
    EXPECT_LE(events[0].at, events[1].at);
    EXPECT_EQ(events[0].took, 0ns) << "it left a rest";
    EXPECT_GT(events[1].took, 0ns) << "it was on its way";
    EXPECT_GT(events[1].bytes, 2000U);
    EXPECT_TRUE(all(events[1].at + 1s).empty());
}

TEST_F(Events, of_a_death_name_the_fault) {
    take("add", "");
    add();
    ::kill(static_cast<pid_t>(daemon.worker().pid), SIGKILL);
    ASSERT_TRUE(wait_until([&] { return story().size() == 5; }));
    EXPECT_THAT(story(), ElementsAre("add cold->loading demand", "add loading->hot demand",
                                     "add hot->cold fault", "add cold->loading fault",
                                     "add loading->hot fault"));
}

TEST_F(Events, are_followed_as_they_happen_until_the_daemon_goes) {
    take("add", "");
    std::mutex guard;
    std::vector<std::string> seen;
    Result<void> end;
    std::thread follower([&] {
        Client other = Client::connect({.socket = daemon.socket(), .reconnect = false}).value();
        end = other.events({}, true, [&](const Event& event) {
            const std::scoped_lock lock(guard);
            seen.push_back(in_words(event));
        });
    });
    add();
    EXPECT_TRUE(wait_until([&] {
        const std::scoped_lock lock(guard);
        return seen.size() == 2;
    }));
    daemon.stop();
    follower.join();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::disconnected);
    EXPECT_EQ(seen.front(), "add cold->loading demand");
}

}  // namespace
}  // namespace samovar::tests
