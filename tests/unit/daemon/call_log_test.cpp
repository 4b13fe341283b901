// Calls by the minute, as the daemon keeps them.

#include "daemon/residency/call_log.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kMinute = 60'000, kForEver = 1ull << 50;

std::vector<std::string> words_of(const std::vector<ipc::Event>& minutes) {
    std::vector<std::string> words;
    for (const ipc::Event& each : minutes)
        words.push_back(each.model + " " + std::to_string(each.at_ms / kMinute) + " " +
                        std::to_string(each.calls));
    return words;
}

TEST(CallLog, CountsCallsByModelAndMinute) {
    CallLog log;
    log.add("b", 5 * kMinute);
    log.add("a", 5 * kMinute + 59'999);
    log.add("b", 5 * kMinute + 1);
    log.add("a", 6 * kMinute);
    EXPECT_THAT(words_of(log.since(0, kForEver)), ElementsAre("b 5 2", "a 5 1", "a 6 1"));
}

TEST(CallLog, TellsOfNoMinuteThatGoesOn) {
    CallLog log;
    log.add("a", 5 * kMinute);
    EXPECT_THAT(words_of(log.since(0, 5 * kMinute + 59'999)), IsEmpty());
    log.add("a", 5 * kMinute + 30'000);
    EXPECT_THAT(words_of(log.since(0, 6 * kMinute)), ElementsAre("a 5 2"));
}

TEST(CallLog, TellsOfNoMinuteFromBefore) {
    CallLog log;
    log.add("a", 5 * kMinute);
    log.add("a", 7 * kMinute);
    EXPECT_THAT(words_of(log.since(5 * kMinute + 1, kForEver)), ElementsAre("a 7 1"));
}

TEST(CallLog, ForgetsTheOldestWhenItIsFull) {
    CallLog log;
    for (std::uint64_t minute = 0; minute <= CallLog::kCapacity; ++minute)
        log.add("a", minute * kMinute);
    const auto minutes = log.since(0, kForEver);
    EXPECT_EQ(minutes.size(), CallLog::kCapacity);
    EXPECT_EQ(minutes.front().at_ms, kMinute);
}

}  // namespace
}  // namespace samovar::daemon
