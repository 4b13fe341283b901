#include "scheduler/calendar/window.hpp"

#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;
using stamps::at;
using stamps::stamp;
using stamps::window_error;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The first `count` times of a window (in UTC, where it names no zone) that end after a stamp.
std::vector<std::string> times(const std::string& text, const std::string& after,
                               std::size_t count = 1) {
    const Window window = Window::parse(text, Zone::utc());
    std::vector<std::string> spans;
    for (std::optional<Instant> t = at(after); spans.size() < count && t;) {
        const auto span = window.at_or_after(*t);
        spans.push_back(stamp(span));
        t = span ? std::optional<Instant>(span->end) : std::nullopt;
    }
    return spans;
}

// 2026-01-01 is a Thursday.
constexpr const char* kNewYear = "2026-01-01T00:00:00Z";

TEST(Window, IsOpenFromItsBeginningToBeforeItsEnd) {
    const Window window = Window::parse("08:00-18:30", Zone::utc());
    EXPECT_FALSE(window.contains(at("2026-01-01T07:59:59Z")));
    EXPECT_TRUE(window.contains(at("2026-01-01T08:00:00Z")));
    EXPECT_TRUE(window.contains(at("2026-01-01T18:29:59Z")));
    EXPECT_FALSE(window.contains(at("2026-01-01T18:30:00Z")));
}

TEST(Window, OpensOnItsDays) {
    EXPECT_THAT(times("mon-fri 8:00-18:30", kNewYear, 3),
                ElementsAre("2026-01-01T08:00:00Z to 2026-01-01T18:30:00Z",
                            "2026-01-02T08:00:00Z to 2026-01-02T18:30:00Z",
                            "2026-01-05T08:00:00Z to 2026-01-05T18:30:00Z"));
    EXPECT_THAT(times("Sat-Mon,wed 10:00-11:00", kNewYear, 4),
                ElementsAre("2026-01-03T10:00:00Z to 2026-01-03T11:00:00Z",
                            "2026-01-04T10:00:00Z to 2026-01-04T11:00:00Z",
                            "2026-01-05T10:00:00Z to 2026-01-05T11:00:00Z",
                            "2026-01-07T10:00:00Z to 2026-01-07T11:00:00Z"));
}

TEST(Window, WithoutHoursIsTheWholeDay) {
    EXPECT_THAT(times("sun", kNewYear),
                ElementsAre("2026-01-04T00:00:00Z to 2026-01-05T00:00:00Z"));
    EXPECT_EQ(times("sun", kNewYear, 3), times("sun 00:00-24:00", kNewYear, 3));
}

TEST(Window, PastMidnightBelongsToTheDayOnWhichItBegins) {
    EXPECT_THAT(times("fri 22:00-06:00", kNewYear, 2),
                ElementsAre("2026-01-02T22:00:00Z to 2026-01-03T06:00:00Z",
                            "2026-01-09T22:00:00Z to 2026-01-10T06:00:00Z"));
    const Window friday = Window::parse("fri 22:00-06:00", Zone::utc());
    EXPECT_TRUE(friday.contains(at("2026-01-03T05:59:59Z")));
    EXPECT_FALSE(friday.contains(at("2026-01-02T05:59:59Z")));
}

TEST(Window, MayEndAtMidnight) {
    EXPECT_THAT(times("thu 20:00-24:00", kNewYear),
                ElementsAre("2026-01-01T20:00:00Z to 2026-01-02T00:00:00Z"));
    EXPECT_EQ(times("20:00-00:00", kNewYear, 3), times("20:00-24:00", kNewYear, 3));
}

TEST(Window, KnowsWhenItNextBeginsAndEnds) {
    const Window window = Window::parse("mon-fri 08:00-18:30", Zone::utc());
    const Instant before = at("2026-01-01T00:00:00Z"), inside = at("2026-01-01T08:00:00Z");
    EXPECT_EQ(stamp(window.next_begin(before)), "2026-01-01T08:00:00Z");
    EXPECT_EQ(stamp(window.next_begin(inside)), "2026-01-02T08:00:00Z");
    EXPECT_EQ(stamp(window.next_end(before)), "2026-01-01T18:30:00Z");
    EXPECT_EQ(stamp(window.next_end(inside)), "2026-01-01T18:30:00Z");
    EXPECT_EQ(stamp(window.next_end(at("2026-01-01T18:30:00Z"))), "2026-01-02T18:30:00Z");
}

TEST(Window, StandsInItsZone) {
    EXPECT_THAT(times("mon-fri 08:00-18:30 Europe/Berlin", kNewYear),
                ElementsAre("2026-01-01T07:00:00Z to 2026-01-01T17:30:00Z"));
    EXPECT_THAT(times("thu Asia/Kathmandu", kNewYear),
                ElementsAre("2025-12-31T18:15:00Z to 2026-01-01T18:15:00Z"));
    const Window window = Window::parse("06:00-07:00", Zone::find("Asia/Kathmandu"));
    EXPECT_EQ(stamp(window.next_begin(at(kNewYear))), "2026-01-01T00:15:00Z");
}

TEST(Window, IsNeverOpenOutsideTheYearsOfTheCalendar) {
    const Window window = Window::parse("00:00-24:00", Zone::utc());
    EXPECT_FALSE(window.contains(Instant::min()));
    EXPECT_FALSE(window.contains(Instant::max()));
    EXPECT_EQ(window.at_or_after(kLastInstant), std::nullopt);
}

// The changes of the clock are those of cron_dst_test.cpp, and the clocks of Havana, which went
// back from 01:00 to 00:00 on 2024-11-03 (05:00Z), and of Sao Paulo, which went back from
// 2018-02-18 00:00 to 23:00 (02:00Z).
struct Case {
    std::string window, after;
    std::vector<std::string> times;
};

void expect(const std::vector<Case>& cases) {
    for (const Case& one : cases)
        EXPECT_EQ(times(one.window, one.after, one.times.size()), one.times)
            << one.window << " after " << one.after;
}

TEST(WindowInAGap, BeginsAndEndsWhereTheGapEnds) {
    expect({
        {"01:00-02:30 Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T00:00:00Z to 2025-03-30T01:00:00Z"}},
        {"02:30-04:00 Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T01:00:00Z to 2025-03-30T02:00:00Z"}},
        {"01:00-04:00 Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-30T00:00:00Z to 2025-03-30T02:00:00Z"}},
        {"02:15-03:00 Australia/Lord_Howe",
         "2025-10-04T00:00:00Z",
         {"2025-10-04T15:30:00Z to 2025-10-04T16:00:00Z"}},
        {"sun America/Sao_Paulo",
         "2018-11-03T12:00:00Z",
         {"2018-11-04T03:00:00Z to 2018-11-05T02:00:00Z"}},
    });
}

TEST(WindowInAGap, DoesNotOpenWhereTheClockSkipsAllOfIt) {
    expect({
        {"02:15-02:45 Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-03-31T00:15:00Z to 2025-03-31T00:45:00Z"}},
        {"sun 02:00-03:00 Europe/Berlin",
         "2025-03-29T12:00:00Z",
         {"2025-04-06T00:00:00Z to 2025-04-06T01:00:00Z"}},
        {"fri 08:00-18:00 Pacific/Apia",
         "2011-12-27T00:00:00Z",
         {"2012-01-05T18:00:00Z to 2012-01-06T04:00:00Z"}},
    });
}

TEST(WindowInAGap, EndsWithTheDayThatAZoneSkips) {
    expect({{"22:00-06:00 Pacific/Apia",
             "2011-12-30T00:00:00Z",
             {"2011-12-30T08:00:00Z to 2011-12-30T10:00:00Z",
              "2011-12-30T10:00:00Z to 2011-12-30T16:00:00Z"}}});
}

TEST(WindowInAnOverlap, BeginsAtTheFirstAndEndsAtTheSecond) {
    expect({
        {"02:15-02:45 Europe/Berlin",
         "2025-10-25T12:00:00Z",
         {"2025-10-26T00:15:00Z to 2025-10-26T01:45:00Z",
          "2025-10-27T01:15:00Z to 2025-10-27T01:45:00Z"}},
        {"01:00-03:00 Europe/Berlin",
         "2025-10-25T12:00:00Z",
         {"2025-10-25T23:00:00Z to 2025-10-26T02:00:00Z"}},
        {"01:45-02:00 Australia/Lord_Howe",
         "2025-04-05T00:00:00Z",
         {"2025-04-05T14:45:00Z to 2025-04-05T15:30:00Z"}},
        {"sat America/Sao_Paulo",
         "2018-02-17T00:00:00Z",
         {"2018-02-17T02:00:00Z to 2018-02-18T03:00:00Z"}},
    });
}

TEST(WindowInAnOverlap, EndsWhereTheOverlapBeginsWithoutWaitingForItsSecondHalf) {
    expect({
        {"01:00-02:00 Europe/Berlin",
         "2025-10-25T12:00:00Z",
         {"2025-10-25T23:00:00Z to 2025-10-26T00:00:00Z"}},
        {"sat America/Havana",
         "2024-11-02T00:00:00Z",
         {"2024-11-02T04:00:00Z to 2024-11-03T04:00:00Z"}},
    });
}

TEST(Window, IsOpenWheneverTheClockReadsATimeInsideIt) {
    for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                             "America/Havana", "Asia/Kathmandu"}) {
        const Zone zone = Zone::find(name);
        const Window window = Window::parse("01:20-02:40", zone);
        for (Instant t = at("2024-01-01T00:00:00Z"); t < at("2025-12-31T00:00:00Z"); t += 10min) {
            const LocalTime local = zone.local(t);
            const auto time = local - std::chrono::floor<std::chrono::days>(local);
            const bool inside = time >= 80min && time < 160min;
            if (inside) {
                ASSERT_TRUE(window.contains(t)) << name << ' ' << stamp(t);
            }
            const bool once = zone.first(local) == t && zone.end_before(local + 1s) == t + 1s;
            if (once && !inside) {
                ASSERT_FALSE(window.contains(t)) << name << ' ' << stamp(t);
            }
        }
    }
}

TEST(WindowErrors, NameTextPlaceFaultAndWayOut) {
    EXPECT_EQ(window_error("mon-fri 08:00-25:00"),
              "window \"mon-fri 08:00-25:00\", column 15: the time 25:00 does not exist; times are "
              "00:00 to 24:00, minutes 00 to 59");
    struct Fault {
        const char* text;
        std::size_t column;
        const char* says;
    };
    for (const Fault& fault : std::vector<Fault>{
             {"", 1, "it is empty"},
             {"monday 08:00-12:00", 1, "\"monday\" is neither days"},
             {"Europe/Berlin", 1, "is neither days (mon-fri, sat,sun) nor hours (08:00-18:30)"},
             {"mon-fry", 5, "\"fry\" is no weekday"},
             {"08:00", 1, "the end is missing; hours are written HH:MM-HH:MM"},
             {"8-18", 1, "\"8\" is no time; hours are written HH:MM-HH:MM"},
             {"08:00-18:3", 7, "\"18:3\" is no time"},
             {"08:00-18:60", 7, "the time 18:60 does not exist"},
             {"08:00-24:01", 7, "the time 24:01 does not exist"},
             {"08:00-008:00", 7, "\"008:00\" is no time"},
             {"24:00-08:00", 1, "a window cannot begin at 24:00; write 00:00"},
             {"08:00-08:00", 1, "the window is empty; for the whole day write 00:00-24:00"},
             {"8:00-12:00,13:00-17:00", 11, "write a second window"},
             {"08:00-12:00 mon-fri", 13, "the days come first, in one word"},
             {"mon tue 08:00-12:00", 5, "the days come first, in one word"},
             {"mon 08:00-12:00 UTC now", 21, "nothing may follow the time zone"},
             {"08:00-12:00 Europe/Berln", 13, "is it Europe/Berlin?"}})
        EXPECT_THAT(window_error(fault.text),
                    AllOf(HasSubstr("column " + std::to_string(fault.column) + ": "),
                          HasSubstr(fault.says)))
            << fault.text;
}

}  // namespace
}  // namespace samovar::scheduler
