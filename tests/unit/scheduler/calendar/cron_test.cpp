#include "scheduler/calendar/cron.hpp"

#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::at;
using stamps::fires;
using stamps::stamp;
using ::testing::ElementsAre;

// 2026-01-01 is a Thursday.
constexpr const char* kNewYear = "2026-01-01T00:00:00Z";

TEST(Cron, FiresStrictlyLaterThanTheInstantGiven) {
    EXPECT_THAT(fires("0 0 * * *", kNewYear), ElementsAre("2026-01-02T00:00:00Z"));
    EXPECT_THAT(fires("0 0 * * *", "2025-12-31T23:59:59Z"), ElementsAre(kNewYear));
}

TEST(Cron, FiresAtWholeMinutes) {
    EXPECT_THAT(fires("* * * * *", "2026-01-01T00:00:30Z", 2),
                ElementsAre("2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"));
}

TEST(Cron, TakesListsRangesAndSteps) {
    EXPECT_THAT(fires("5,50 8-18/5 * * *", kNewYear, 7),
                ElementsAre("2026-01-01T08:05:00Z", "2026-01-01T08:50:00Z", "2026-01-01T13:05:00Z",
                            "2026-01-01T13:50:00Z", "2026-01-01T18:05:00Z", "2026-01-01T18:50:00Z",
                            "2026-01-02T08:05:00Z"));
    EXPECT_THAT(
        fires("*/25 0 * * *", kNewYear, 3),
        ElementsAre("2026-01-01T00:25:00Z", "2026-01-01T00:50:00Z", "2026-01-02T00:00:00Z"));
}

TEST(Cron, TakesNamesInAnyCase) {
    EXPECT_THAT(fires("0 0 * Feb-APR mon", kNewYear), ElementsAre("2026-02-02T00:00:00Z"));
    EXPECT_EQ(fires("0 0 * feb SUN,Wed", kNewYear, 20), fires("0 0 * 2 0,3", kNewYear, 20));
}

TEST(Cron, TakesBothZeroAndSevenForSunday) {
    EXPECT_THAT(fires("0 0 * * 0", kNewYear), ElementsAre("2026-01-04T00:00:00Z"));
    EXPECT_THAT(fires("0 0 * * 7", kNewYear), ElementsAre("2026-01-04T00:00:00Z"));
    EXPECT_EQ(fires("0 0 * * 5-7", kNewYear, 20), fires("0 0 * * fri,sat,sun", kNewYear, 20));
    EXPECT_EQ(fires("0 0 * * 7-2", kNewYear, 20), fires("0 0 * * sun-tue", kNewYear, 20));
}

TEST(Cron, LetsRangesOfWeekdaysPassTheEndOfTheWeek) {
    EXPECT_EQ(fires("0 0 * * fri-mon", kNewYear, 20), fires("0 0 * * 0,1,5,6", kNewYear, 20));
    EXPECT_EQ(fires("0 0 * * fri-wed/2", kNewYear, 20), fires("0 0 * * 5,0,2", kNewYear, 20));
}

TEST(Cron, StepsOverTheWeekFromSundayToSaturday) {
    EXPECT_EQ(fires("0 0 * * */5", kNewYear, 20), fires("0 0 * * sun,fri", kNewYear, 20));
}

TEST(Cron, NeedsOneOfTwoRestrictedDayFields) {
    EXPECT_THAT(fires("0 0 13 * fri", kNewYear, 4),
                ElementsAre("2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z",
                            "2026-01-16T00:00:00Z"));
}

TEST(Cron, TakesADayFieldForRestrictedUnlessItBeginsWithAStar) {
    EXPECT_EQ(fires("0 0 13 * sun-sat", kNewYear, 20), fires("0 0 * * *", kNewYear, 20));
}

TEST(Cron, NeedsBothDayFieldsWhereOneBeginsWithAStar) {
    EXPECT_THAT(
        fires("0 0 */2 * mon", kNewYear, 3),
        ElementsAre("2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z", "2026-02-09T00:00:00Z"));
    EXPECT_THAT(
        fires("0 0 1-7 * */6", kNewYear, 3),
        ElementsAre("2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z", "2026-02-01T00:00:00Z"));
}

TEST(Cron, KnowsTheNicknames) {
    for (const auto& [nickname, fields] :
         std::vector<std::pair<std::string, std::string>>{{"@hourly", "0 * * * *"},
                                                          {"@daily", "0 0 * * *"},
                                                          {"@midnight", "0 0 * * *"},
                                                          {"@weekly", "0 0 * * sun"},
                                                          {"@monthly", "0 0 1 * *"},
                                                          {"@yearly", "0 0 1 jan *"},
                                                          {"@annually", "0 0 1 jan *"}})
        EXPECT_EQ(fires(nickname, kNewYear, 3), fires(fields, kNewYear, 3)) << nickname;
}

TEST(Cron, SkipsMonthsThatLackTheDay) {
    EXPECT_THAT(fires("0 0 31 * *", "2026-02-01T00:00:00Z", 2),
                ElementsAre("2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"));
}

TEST(Cron, FindsTheNextLeapDay) {
    EXPECT_THAT(fires("0 12 29 2 *", kNewYear, 2),
                ElementsAre("2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z"));
}

// 2100 is no leap year.
TEST(Cron, FindsALeapDayOnAWeekendTwentyEightYearsAhead) {
    EXPECT_THAT(
        fires("0 0 29 2 */6", "2072-02-29T00:00:00Z", 3),
        ElementsAre("2076-02-29T00:00:00Z", "2088-02-29T00:00:00Z", "2116-02-29T00:00:00Z"));
}

TEST(Cron, IsNeverDueOutsideTheYearsOfTheCalendar) {
    EXPECT_THAT(fires("0 0 * * *", "2999-12-30T12:00:00Z", 3),
                ElementsAre("2999-12-31T00:00:00Z", "never"));
    const Cron daily = Cron::parse("@daily", Zone::utc());
    EXPECT_EQ(daily.next_after(Instant::min()), std::nullopt);
    EXPECT_EQ(daily.next_after(Instant::max()), std::nullopt);
}

TEST(Cron, TakesItsZoneBeforeOrBehindTheFields) {
    const std::string half_past_seven = "2026-01-01T06:30:00Z";
    for (const char* entry : {"CRON_TZ=Europe/Berlin 30 7 * * *", "TZ=Europe/Berlin 30 7 * * *",
                              "30 7 * * * Europe/Berlin", "  30\t7  * * *   Europe/Berlin  "})
        EXPECT_THAT(fires(entry, kNewYear), ElementsAre(half_past_seven)) << entry;
    EXPECT_THAT(fires("@daily Asia/Tokyo", kNewYear), ElementsAre("2026-01-01T15:00:00Z"));
}

TEST(Cron, TakesTheCallersZoneWhereItNamesNone) {
    const Cron entry = Cron::parse("0 6 * * *", Zone::find("Asia/Kathmandu"));
    EXPECT_EQ(stamp(entry.next_after(at(kNewYear))), "2026-01-01T00:15:00Z");
    EXPECT_EQ(entry.zone().name(), "Asia/Kathmandu");
}

TEST(Cron, PrefersItsOwnZoneToTheCallers) {
    const Cron entry = Cron::parse("0 6 * * * UTC", Zone::find("Asia/Kathmandu"));
    EXPECT_EQ(stamp(entry.next_after(at(kNewYear))), "2026-01-01T06:00:00Z");
}

TEST(Cron, FiresAsOftenAsItsFieldsSay) {
    const auto year = fires("0 8-17 * * mon-fri", "2025-12-31T23:59:59Z", 2611);
    EXPECT_EQ(year[2609], "2026-12-31T17:00:00Z");  // 261 weekdays of ten hours
    EXPECT_EQ(year[2610], "2027-01-01T08:00:00Z");
}

}  // namespace
}  // namespace samovar::scheduler
