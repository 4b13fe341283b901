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
    EXPECT_EQ(log.since(0, kForEver).front().at_ms, kMinute);
}

TEST(CallLog, TellsAPageAtATimeAndEndsItWithAMinute) {
    CallLog log;
    for (std::uint64_t minute = 0; minute < CallLog::kPage; ++minute)
        for (const char* model : {"a", "b", "c"})
            log.add(model, minute * kMinute);
    std::size_t told = 0, pages = 0;
    for (auto page = log.since(0, kForEver); !page.empty(); ++pages) {
        EXPECT_EQ(page.size() % 3, 0U);
        told += page.size();
        page = log.since(page.back().at_ms + kMinute, kForEver);
    }
    EXPECT_EQ(told, 3 * CallLog::kPage);
    EXPECT_EQ(pages, 3U);
}

TEST(CallLog, GivesEachMinuteAwayOnceWhenItIsOver) {
    CallLog log;
    EXPECT_FALSE(log.next_end_ms());
    log.add("a", 5 * kMinute);
    EXPECT_EQ(log.next_end_ms(), 6 * kMinute);
    EXPECT_THAT(words_of(log.take(6 * kMinute - 1)), IsEmpty());
    EXPECT_THAT(words_of(log.take(6 * kMinute)), ElementsAre("a 5 1"));
    EXPECT_FALSE(log.next_end_ms());
    EXPECT_THAT(words_of(log.take(9 * kMinute)), IsEmpty());
    EXPECT_THAT(words_of(log.since(0, kForEver)), ElementsAre("a 5 1")) << "and keeps it";
}

TEST(CallLog, GoesOnInAMinuteThatAnEarlierLifeBegan) {
    CallLog first;
    first.add("a", 4 * kMinute);
    first.add("a", 5 * kMinute);
    const auto written = first.take_all();
    EXPECT_THAT(words_of(written), ElementsAre("a 4 1", "a 5 1"));

    CallLog second;
    for (const ipc::Event& minute : written)
        second.recall(minute);
    second.add("b", 5 * kMinute);
    second.add("a", 5 * kMinute);
    EXPECT_THAT(words_of(second.take_all()), testing::UnorderedElementsAre("a 5 1", "b 5 1"));
    EXPECT_THAT(words_of(second.since(0, kForEver)), ElementsAre("a 4 1", "a 5 2", "b 5 1"));
}

}  // namespace
}  // namespace samovar::daemon
