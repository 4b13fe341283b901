#include <gmock/gmock.h>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::cron_error;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CronErrors, NameTextPlaceFaultAndLimit) {
    EXPECT_EQ(cron_error("0 25 * * *"),
              "cron \"0 25 * * *\", column 3: the hour 25 does not exist; hours are 0 to 23");
    EXPECT_EQ(cron_error("0 8 * jan,foo *"),
              "cron \"0 8 * jan,foo *\", column 11: \"foo\" is no month; months are 1 to 12 or jan "
              "to dec");
}

struct Case {
    const char* entry;
    std::size_t column;
    const char* says;
};

void expect(const std::vector<Case>& cases) {
    for (const Case& one : cases)
        EXPECT_THAT(
            cron_error(one.entry),
            AllOf(HasSubstr("column " + std::to_string(one.column) + ": "), HasSubstr(one.says)))
            << one.entry;
}

TEST(CronErrors, SayWhichValuesAFieldHas) {
    expect({
        {"60 * * * *", 1, "the minute 60 does not exist; minutes are 0 to 59"},
        {"1-99999999999999999999 * * * *", 3, "does not exist; minutes are 0 to 59"},
        {"* * 0 * *", 5, "the day 0 does not exist; days are 1 to 31"},
        {"* * * 13 *", 7, "the month 13 does not exist; months are 1 to 12 or jan to dec"},
        {"* * * * 8", 9, "the weekday 8 does not exist; weekdays are 0 to 6 or sun to sat"},
        {"* * * * monday", 9, "\"monday\" is no weekday"},
        {"-5 * * * *", 1, "a minute is missing"},
        {"1,,2 * * * *", 3, "a minute is missing"},
        {"* * ? * *", 5, "\"?\" is no day"},
        {"* * L * *", 5, "\"L\" is no day"},
        {"* * * * 5#2", 9, "\"5#2\" is no weekday"},
        {"*5 * * * *", 1, "\"*5\" is no minute"},
    });
}

TEST(CronErrors, SayHowToWriteARangeThatRunsBackwards) {
    expect({{"0 22-6 * * *", 3, "the range 22-6 runs backwards; write 22-23,0-6"},
            {"0 0 * nov-feb *", 7, "the range nov-feb runs backwards; write nov-dec,jan-feb"}});
}

TEST(CronErrors, SayWhatAStepMayBe) {
    expect({
        {"*/0 * * * *", 3, "a step of 0 never ends; the shortest is 1"},
        {"*/90 * * * *", 3,
         "the step 90 is longer than the field; minutes are 0 to 59, so the "
         "longest step is 59"},
        {"* 8/2 * * *", 3, "a step needs a range; write 8-23/2"},
        {"*/ * * * *", 3, "\"\" is no step"},
        {"*/x * * * *", 3, "\"x\" is no step"},
        {"*/2/3 * * * *", 3, "\"2/3\" is no step"},
    });
}

TEST(CronErrors, CountTheFields) {
    expect({
        {"0 8 * *", 7, "only 4 of five fields"},
        {"0", 1, "only 1 of five fields"},
        {"0 0 8 * * *", 11, "there is a sixth field; five are allowed"},
        {"0 0 8 ? * mon-fri", 11, "there is a sixth field; five are allowed"},
        {"CRON_TZ=UTC", 1, "five fields are missing behind the time zone"},
        {"", 1, "it is empty"},
        {" \t ", 1, "it is empty"},
        {"0 8 * * * UTC UTC", 15, "nothing may follow the time zone"},
        {"@daily UTC 5", 12, "nothing may follow the time zone"},
        {"CRON_TZ=UTC 0 8 * * * UTC", 23, "a second time zone"},
    });
}

TEST(CronErrors, RefuseWhatNeverFires) {
    expect({
        {"0 0 30 2 *", 5, "it never fires: no month of \"2\" has a day of \"30\""},
        {"0 0 31 apr,jun,9,11 *", 5, "it never fires"},
        {"0 0 30-31 feb */2", 5, "it never fires"},
    });
    EXPECT_EQ(cron_error("0 0 30 2 mon"), "accepted");  // each Monday of February
    EXPECT_EQ(cron_error("0 0 29 2 *"), "accepted");
    EXPECT_EQ(cron_error("0 0 31 feb,mar *"), "accepted");
}

TEST(CronErrors, NameZonesThatAreLikeAnUnknownOne) {
    expect({
        {"CRON_TZ=Europe/Berln 0 8 * * *", 9,
         "there is no time zone \"Europe/Berln\"; is it Europe/Berlin?"},
        {"0 8 * * * Berlin", 11, "is it Europe/Berlin"},
        {"0 8 * * * europe/berlin", 11, "is it Europe/Berlin"},
        {"0 8 * * * Middle/Mordor", 11, "zones are named like Europe/Berlin or UTC"},
        {"0 8 * * * ../../../etc/passwd", 11, "there is no time zone"},
        {"CRON_TZ= 0 8 * * *", 9, "there is no time zone \"\""},
    });
}

TEST(CronErrors, NameTheNicknames) {
    expect({
        {"@reboot", 1, "a model that is to be loaded when the daemon starts has preload = true"},
        {"@every 5m", 1, "\"@every\" is unknown; there are @hourly @daily @midnight @weekly "},
    });
}

TEST(CronErrors, LimitTheLengthOfTheText) {
    EXPECT_THAT(cron_error("0 8 * * " + std::string(1000, '1')),
                HasSubstr("it is 1008 bytes long, at most 256 are allowed"));
}

TEST(CronErrors, HoldNothingThatMovesTheCursorOrIsNoText) {
    EXPECT_THAT(cron_error("\x1b[2J * * * *"), HasSubstr("\"?[2J\" is no minute"));
    EXPECT_THAT(cron_error("\xff * * * *"), HasSubstr("\"?\" is no minute"));
}

}  // namespace
}  // namespace samovar::scheduler
