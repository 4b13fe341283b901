#include "scheduler/calendar/windows.hpp"

#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::at;
using stamps::stamp;
using ::testing::ElementsAre;

Windows open(const std::vector<std::string>& texts) {
    std::vector<Window> windows;
    for (const std::string& text : texts)
        windows.push_back(Window::parse(text, Zone::utc()));
    return Windows(std::move(windows));
}

std::vector<std::string> changes(const Windows& windows, const std::string& after,
                                 std::size_t count) {
    std::vector<std::string> stamps;
    std::optional<Instant> t = at(after);
    while (stamps.size() < count && t) {
        t = windows.next_change(*t);
        stamps.push_back(stamp(t));
    }
    return stamps;
}

// 2026-01-01 is a Thursday.
constexpr const char* kNewYear = "2026-01-01T00:00:00Z";

TEST(Windows, WithoutOneAreNeverOpen) {
    EXPECT_FALSE(Windows().contains(at(kNewYear)));
    EXPECT_EQ(Windows().next_change(at(kNewYear)), std::nullopt);
    EXPECT_EQ(Windows().next_begin(at(kNewYear)), std::nullopt);
    EXPECT_EQ(Windows().next_end(at(kNewYear)), std::nullopt);
}

TEST(Windows, AreOpenWhereAnyOfThemIs) {
    const Windows windows = open({"08:00-12:00", "14:00-18:00"});
    EXPECT_TRUE(windows.contains(at("2026-01-01T08:00:00Z")));
    EXPECT_FALSE(windows.contains(at("2026-01-01T12:00:00Z")));
    EXPECT_TRUE(windows.contains(at("2026-01-01T15:00:00Z")));
}

TEST(Windows, ChangeWhereOneOpensOrShuts) {
    EXPECT_THAT(changes(open({"08:00-12:00", "14:00-18:00"}), kNewYear, 5),
                ElementsAre("2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z", "2026-01-01T14:00:00Z",
                            "2026-01-01T18:00:00Z", "2026-01-02T08:00:00Z"));
}

TEST(Windows, JoinWhatOverlapsOrTouches) {
    EXPECT_THAT(
        changes(open({"08:00-12:00", "12:00-14:00", "13:00-18:00", "09:00-10:00"}), kNewYear, 3),
        ElementsAre("2026-01-01T08:00:00Z", "2026-01-01T18:00:00Z", "2026-01-02T08:00:00Z"));
}

TEST(Windows, JoinWholeDays) {
    EXPECT_THAT(
        changes(open({"sat,sun"}), kNewYear, 3),
        ElementsAre("2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-10T00:00:00Z"));
}

TEST(Windows, JoinWholeDaysAcrossAChangeOfTheClockAtMidnight) {
    EXPECT_THAT(changes(open({"sat,sun America/Sao_Paulo"}), "2018-11-02T00:00:00Z", 2),
                ElementsAre("2018-11-03T03:00:00Z", "2018-11-05T02:00:00Z"));
    EXPECT_THAT(changes(open({"sat,sun America/Havana"}), "2024-11-01T12:00:00Z", 2),
                ElementsAre("2024-11-02T04:00:00Z", "2024-11-04T05:00:00Z"));
    EXPECT_THAT(changes(open({"sat,sun America/Sao_Paulo"}), "2018-02-16T12:00:00Z", 2),
                ElementsAre("2018-02-17T02:00:00Z", "2018-02-19T03:00:00Z"));
}

TEST(Windows, KnowTheirNextBeginningFromInside) {
    const Windows windows = open({"mon-fri 08:00-18:00", "mon-fri 17:00-20:00"});
    EXPECT_EQ(stamp(windows.next_begin(at("2026-01-01T09:00:00Z"))), "2026-01-02T08:00:00Z");
    EXPECT_EQ(stamp(windows.next_end(at("2026-01-01T09:00:00Z"))), "2026-01-01T20:00:00Z");
    EXPECT_EQ(stamp(windows.next_end(at("2026-01-01T20:00:00Z"))), "2026-01-02T20:00:00Z");
}

TEST(Windows, ThatNeverShutHaveNoChange) {
    for (const std::vector<std::string>& always : std::vector<std::vector<std::string>>{
             {"00:00-24:00 Europe/Berlin"},
             {"mon-fri", "sat,sun"},
             {"22:00-06:00 Europe/Berlin", "05:00-23:00 Europe/Berlin"}}) {
        const Windows windows = open(always);
        EXPECT_TRUE(windows.contains(at(kNewYear)));
        EXPECT_EQ(windows.next_change(at(kNewYear)), std::nullopt);
        EXPECT_EQ(windows.next_begin(at(kNewYear)), std::nullopt);
    }
}

// Noon in Berlin is six in New York, but for two weeks in March and one in autumn.
TEST(Windows, ShutWhereTheirZonesPartForSomeWeeks) {
    const Windows windows = open({"00:00-12:00 Europe/Berlin", "06:00-18:00 America/New_York"});
    EXPECT_THAT(changes(windows, "2025-10-27T12:00:00Z", 2),
                ElementsAre("2025-10-27T22:00:00Z", "2025-10-27T23:00:00Z"));
    EXPECT_EQ(stamp(windows.next_end(at("2025-03-12T15:00:00Z"))), "2025-03-12T22:00:00Z");
}

}  // namespace
}  // namespace samovar::scheduler
