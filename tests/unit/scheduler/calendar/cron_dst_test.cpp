// What a change of the clock does to cron entries, by hand. All changes lie in the past, so that no
// new law can move them.
//
//   Europe/Berlin        gap 2025-03-30 02:00-03:00 (01:00Z), overlap 2025-10-26 02:00-03:00
//   (01:00Z) America/New_York     gap 2025-03-09 02:00-03:00 (07:00Z), overlap 2025-11-02
//   01:00-02:00 (06:00Z) Australia/Lord_Howe  gap 2025-10-05 02:00-02:30 (the 4th, 15:30Z),
//                        overlap 2025-04-06 01:30-02:00 (the 5th, 15:00Z)
//   America/Sao_Paulo    gap 2018-11-04 00:00-01:00 (03:00Z)
//   Pacific/Apia         gap 2011-12-30, the whole day (10:00Z)

#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::fires;
using ::testing::ElementsAreArray;

struct Case {
    std::string entry, after;
    std::vector<std::string> fires;
};

void expect(const std::vector<Case>& cases) {
    for (const Case& one : cases)
        EXPECT_THAT(fires(one.entry, one.after, one.fires.size()), ElementsAreArray(one.fires))
            << one.entry << " after " << one.after;
}

TEST(CronInAGap, FiresOnceAtItsEndWhereItNamesHours) {
    expect({
        {"30 2 * * * Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T01:00:00Z", "2025-03-31T00:30:00Z"}},
        {"30 2 * * sun America/New_York",
         "2025-03-08T12:00:00Z",
         {"2025-03-09T07:00:00Z", "2025-03-16T06:30:00Z"}},
        {"15 2 * * * Australia/Lord_Howe",
         "2025-10-04T00:00:00Z",
         {"2025-10-04T15:30:00Z", "2025-10-05T15:15:00Z"}},
        {"@daily America/Sao_Paulo",
         "2018-11-03T12:00:00Z",
         {"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}},
    });
}

TEST(CronInAGap, FiresOnceForSeveralTimesThatAreSkipped) {
    expect({
        {"*/15 2 * * * Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T01:00:00Z", "2025-03-31T00:00:00Z"}},
        // 3:00 is the end of the gap itself.
        {"0,30 2-3 * * * Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T01:00:00Z", "2025-03-30T01:30:00Z", "2025-03-31T00:00:00Z"}},
    });
}

TEST(CronInAGap, SkipsWhatTheClockSkipsWhereItNamesNoHours) {
    expect({
        {"30 * * * * Europe/Berlin",
         "2025-03-30T00:00:00Z",
         {"2025-03-30T00:30:00Z", "2025-03-30T01:30:00Z"}},
        {"*/15 * * * * America/New_York",
         "2025-03-09T06:40:00Z",
         {"2025-03-09T06:45:00Z", "2025-03-09T07:00:00Z", "2025-03-09T07:15:00Z"}},
        {"0 */2 * * * Europe/Berlin",
         "2025-03-29T22:00:00Z",
         {"2025-03-29T23:00:00Z", "2025-03-30T02:00:00Z"}},
        {"@hourly Australia/Lord_Howe",
         "2025-10-04T14:00:00Z",
         {"2025-10-04T14:30:00Z", "2025-10-04T16:00:00Z"}},
    });
}

TEST(CronInAGap, FiresAtTheEndOfADayThatAZoneSkips) {
    expect({
        {"0 8 * * * Pacific/Apia",
         "2011-12-29T20:00:00Z",
         {"2011-12-30T10:00:00Z", "2011-12-30T18:00:00Z"}},
        {"0 8 30 12 * Pacific/Apia",
         "2011-06-01T00:00:00Z",
         {"2011-12-30T10:00:00Z", "2012-12-29T18:00:00Z"}},
        {"0 * 30 12 * Pacific/Apia", "2011-06-01T00:00:00Z", {"2012-12-29T10:00:00Z"}},
    });
}

TEST(CronInAnOverlap, FiresAtTheFirstOfTwoWhereItNamesHours) {
    expect({
        {"30 2 * * * Europe/Berlin",
         "2025-10-25T12:00:00Z",
         {"2025-10-26T00:30:00Z", "2025-10-27T01:30:00Z"}},
        {"30 1 * * * America/New_York",
         "2025-11-01T12:00:00Z",
         {"2025-11-02T05:30:00Z", "2025-11-03T06:30:00Z"}},
        {"45 1 * * * Australia/Lord_Howe",
         "2025-04-05T00:00:00Z",
         {"2025-04-05T14:45:00Z", "2025-04-06T15:15:00Z"}},
        {"*/30 2 * * * Europe/Berlin",
         "2025-10-25T12:00:00Z",
         {"2025-10-26T00:00:00Z", "2025-10-26T00:30:00Z", "2025-10-27T01:00:00Z"}},
    });
}

TEST(CronInAnOverlap, DoesNotFireAnewFromWithinTheSecondTime) {
    expect({{"* 2 * * * Europe/Berlin", "2025-10-26T01:10:00Z", {"2025-10-27T01:00:00Z"}}});
}

TEST(CronInAnOverlap, FiresTwiceWhereItNamesNoHours) {
    expect({
        {"30 * * * * Europe/Berlin",
         "2025-10-26T00:00:00Z",
         {"2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T02:30:00Z"}},
        {"@hourly America/New_York",
         "2025-11-02T04:30:00Z",
         {"2025-11-02T05:00:00Z", "2025-11-02T06:00:00Z", "2025-11-02T07:00:00Z"}},
        {"*/15 * * * * Australia/Lord_Howe",
         "2025-04-05T14:40:00Z",
         {"2025-04-05T14:45:00Z", "2025-04-05T15:00:00Z", "2025-04-05T15:15:00Z",
          "2025-04-05T15:30:00Z"}},
        {"0 */2 * * * Europe/Berlin",
         "2025-10-25T23:00:00Z",
         {"2025-10-26T00:00:00Z", "2025-10-26T01:00:00Z", "2025-10-26T03:00:00Z"}},
    });
}

TEST(CronInAnOverlap, TakesAllTwentyFourHoursForNone) {
    expect({{"30 0-23 * * * Europe/Berlin",
             "2025-10-26T00:00:00Z",
             {"2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T02:30:00Z"}}});
}

TEST(CronInAZone, FollowsItsOffsetThroughTheYear) {
    expect({
        {"0 8 1 */6 * Europe/Berlin",
         "2025-01-02T00:00:00Z",
         {"2025-07-01T06:00:00Z", "2026-01-01T07:00:00Z"}},
        {"0 6 * * * Asia/Kathmandu", "2025-01-01T00:00:00Z", {"2025-01-01T00:15:00Z"}},
        {"0 0 * * mon Pacific/Kiritimati", "2025-01-01T00:00:00Z", {"2025-01-05T10:00:00Z"}},
    });
}

}  // namespace
}  // namespace samovar::scheduler
