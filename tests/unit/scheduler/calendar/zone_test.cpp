#include "scheduler/calendar/zone.hpp"

#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::at;
using stamps::stamp;

LocalTime reading(const std::string& stamp) {
    return LocalTime(at(stamp).time_since_epoch());
}

TEST(Zone, OfTheMachinesDatabaseChangesItsClocksUntil2037) {
    const Zone berlin = Zone::find("Europe/Berlin");
    EXPECT_EQ(berlin.period_at(at("2037-07-01T00:00:00Z")).offset, std::chrono::hours(2));
    EXPECT_EQ(berlin.period_at(at("2037-01-01T00:00:00Z")).offset, std::chrono::hours(1));
}

TEST(Zone, KnowsWhenItsOffsetChanges) {
    const auto summer = Zone::find("Europe/Berlin").period_at(at("2025-07-01T00:00:00Z"));
    EXPECT_EQ(stamp(summer.begin), "2025-03-30T01:00:00Z");
    EXPECT_EQ(stamp(summer.end), "2025-10-26T01:00:00Z");
}

TEST(Zone, OfUtcHasOnePeriodAndNeedsNoDatabase) {
    const auto always = Zone::utc().period_at(at("2025-07-01T00:00:00Z"));
    EXPECT_EQ(always.begin, kFirstInstant);
    EXPECT_EQ(always.end, kLastInstant);
    EXPECT_EQ(Zone::find("UTC").name(), "UTC");
}

TEST(Zone, BeginsInAGapAtItsEnd) {
    const Zone berlin = Zone::find("Europe/Berlin");
    EXPECT_EQ(stamp(berlin.first(reading("2025-03-30T01:59:59Z"))), "2025-03-30T00:59:59Z");
    EXPECT_EQ(stamp(berlin.first(reading("2025-03-30T02:00:00Z"))), "2025-03-30T01:00:00Z");
    EXPECT_EQ(stamp(berlin.first(reading("2025-03-30T02:59:59Z"))), "2025-03-30T01:00:00Z");
    EXPECT_EQ(stamp(berlin.first(reading("2025-03-30T03:00:01Z"))), "2025-03-30T01:00:01Z");
}

TEST(Zone, BeginsInAnOverlapAtTheFirstAndEndsAtTheSecond) {
    const Zone berlin = Zone::find("Europe/Berlin");
    const LocalTime twice = reading("2025-10-26T02:30:00Z");
    EXPECT_EQ(stamp(berlin.first(twice)), "2025-10-26T00:30:00Z");
    EXPECT_EQ(stamp(berlin.end_before(twice)), "2025-10-26T01:30:00Z");
}

TEST(Zone, EndsBeforeAnOverlapWhereTheClockHasNotGoneBackYet) {
    const Zone berlin = Zone::find("Europe/Berlin");
    EXPECT_EQ(stamp(berlin.end_before(reading("2025-10-26T02:00:00Z"))), "2025-10-26T00:00:00Z");
    EXPECT_EQ(stamp(berlin.end_before(reading("2025-10-26T03:00:00Z"))), "2025-10-26T02:00:00Z");
}

TEST(Zone, EndsInAGapAtItsEnd) {
    const Zone berlin = Zone::find("Europe/Berlin");
    for (const char* end : {"2025-03-30T02:00:00Z", "2025-03-30T02:30:00Z", "2025-03-30T03:00:00Z"})
        EXPECT_EQ(stamp(berlin.end_before(reading(end))), "2025-03-30T01:00:00Z") << end;
}

}  // namespace
}  // namespace samovar::scheduler
