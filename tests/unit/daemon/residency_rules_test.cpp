// [residency] of model.toml: every key, its defaults, what contradicts what, and how faults are
// told.

#include "daemon/models/residency_rules.hpp"
#include "toml_fault.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;
using scheduler::Instant;
using scheduler::ResidencyRules;
using scheduler::Zone;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Zone tokyo() {
    return Zone::find("Asia/Tokyo");
}

// The rules of a file whose first line is `[residency]`.
ResidencyRules rules_of(const std::string& lines, Zone (*otherwise)() = Zone::utc) {
    const toml::table table = parse_toml("[residency]\n" + lines, "m/model.toml");
    TomlReader top(table, "m/model.toml");
    return read_residency(top, otherwise);
}

// The fault of such a file; "" where it has none.
std::string fault_of(const std::string& lines) {
    return fault_in([&] { rules_of(lines); });
}

// Monday, 5 January 2026, at this time in UTC.
Instant monday(minutes time) {
    return sys_days(year(2026) / 1 / 5) + time;
}

// `count` times the same text, as a list.
std::string list_of(const std::string& text, std::size_t count) {
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i)
        list += "\"" + text + "\",\n";
    return list + "]";
}

// ---- Defaults -----------------------------------------------------------------------------------

void expect_defaults(const ResidencyRules& rules) {
    EXPECT_EQ(rules.keep_alive, scheduler::KeepAlive(5min));
    EXPECT_EQ(rules.park_after, scheduler::KeepAlive(1min));
    EXPECT_FALSE(rules.preload);
    EXPECT_FALSE(rules.pinned);
    EXPECT_FALSE(rules.held);
    EXPECT_TRUE(rules.hot.empty());
    EXPECT_TRUE(rules.warm.empty());
    EXPECT_TRUE(rules.release.empty());
    EXPECT_FALSE(rules.forecast);
    EXPECT_EQ(rules.self_warm, std::nullopt);
}

TEST(ResidencyTable, that_is_not_there_leaves_the_defaults) {
    const toml::table table = parse_toml("task = \"tensor\"\n", "m/model.toml");
    TomlReader top(table, "m/model.toml");
    expect_defaults(read_residency(top, Zone::utc));
}

TEST(ResidencyTable, that_is_empty_leaves_the_defaults) {
    expect_defaults(rules_of(""));
}

TEST(ResidencyTable, that_spells_the_defaults_out_means_the_same) {
    expect_defaults(
        rules_of("keep_alive = \"5m\"\npark_after = \"60s\"\npreload = false\n"
                 "pinned = false\nhold = false\nhot = []\nwarm = []\nrelease = []\n"));
}

TEST(ResidencyTable, with_every_key_that_goes_together_is_read) {
    const ResidencyRules rules = rules_of(
        "keep_alive = \"10m\"\npark_after = \"90s\"\npreload = true\n"
        "hot = \"mon-fri 08:00-18:30\"\nwarm = \"*/15 8-18 * * mon-fri\"\n"
        "release = \"0 19 * * *\"\n");
    EXPECT_EQ(rules.keep_alive, scheduler::KeepAlive(10min));
    EXPECT_EQ(rules.park_after, scheduler::KeepAlive(90s));
    EXPECT_TRUE(rules.preload);
    EXPECT_TRUE(rules.hot.contains(monday(8h)));
    EXPECT_FALSE(rules.hot.contains(monday(18h + 30min)));
    ASSERT_EQ(rules.warm.size(), 1U);
    EXPECT_EQ(rules.warm[0].next_after(monday(9h)), monday(9h + 15min));
    ASSERT_EQ(rules.release.size(), 1U);
    EXPECT_EQ(rules.release[0].next_after(monday(9h)), monday(19h));
}

TEST(ResidencyTable, can_pin_a_model) {
    EXPECT_TRUE(rules_of("pinned = true\n").pinned);
}

TEST(ResidencyTable, can_hold_a_model) {
    EXPECT_TRUE(rules_of("hold = true\n").held);
}

TEST(ForecastKeys, turn_it_on_and_give_it_a_price) {
    EXPECT_TRUE(rules_of("forecast = true\n").forecast);
    EXPECT_EQ(rules_of("forecast = true\n").price, std::nullopt);
    EXPECT_EQ(rules_of("forecast = true\nprice = \"auto\"\n").price, std::nullopt);
    EXPECT_EQ(rules_of("forecast = true\nprice = 0.25\n").price, 0.25);
    EXPECT_EQ(rules_of("forecast = true\nprice = 1000\n").price, 1000.0) << "the most";
}

TEST(ForecastKeys, refuse_prices_that_are_none) {
    for (const char* price : {"0", "-1", "1000.5", "nan", "inf"})
        EXPECT_EQ(fault_of("forecast = true\nprice = " + std::string(price) + "\n"),
                  "m/model.toml:3: residency.price: must be from 0.000001 to 1000 cold starts per "
                  "idle minute");
    EXPECT_EQ(fault_of("forecast = true\nprice = \"cheap\"\n"),
              "m/model.toml:3: residency.price: must be \"auto\" or a number of cold starts per "
              "idle minute");
    EXPECT_EQ(fault_of("price = 1\n"),
              "m/model.toml:2: residency.price: is the forecast's: add forecast = true, or remove "
              "it");
}

TEST(ResidencyRules, that_would_let_a_model_go_before_it_is_there_are_refused) {
    for (const char* line : {"preload = true\n", "warm = \"@daily\"\n", "self_warm = \"5m\"\n"})
        EXPECT_THAT(fault_of(std::string("keep_alive = \"0\"\n") + line),
                    HasSubstr("contradicts keep_alive = \"0\", which lets it go at once"));
    for (const char* line : {"preload = true\n", "warm = \"@daily\"\n"})
        EXPECT_THAT(fault_of(std::string("park_after = \"0\"\n") + line),
                    HasSubstr("contradicts park_after = \"0\", which parks it at once"));
    for (const char* line : {"preload = true\n", "warm = \"@daily\"\n", "self_warm = \"5m\"\n"})
        EXPECT_EQ(fault_of(std::string("keep_alive = \"0\"\npinned = true\n") + line), "") << line;
}

TEST(SelfWarmKey, is_an_interval_of_a_second_to_a_day) {
    EXPECT_EQ(rules_of("self_warm = \"5m\"\n").self_warm, 5min);
    EXPECT_THAT(fault_of("self_warm = \"10ms\"\n"),
                StartsWith("m/model.toml:2: residency.self_warm: "));
    EXPECT_THAT(fault_of("hold = true\nself_warm = \"5m\"\n"),
                StartsWith("m/model.toml:3: residency.self_warm: contradicts hold = true"));
}

// ---- Durations ----------------------------------------------------------------------------------

TEST(KeepAliveKey, takes_durations_none_at_all_and_for_ever) {
    const auto keep_alive = [](const std::string& text) {
        return rules_of("keep_alive = \"" + text + "\"\n").keep_alive;
    };
    EXPECT_EQ(keep_alive("0"), scheduler::KeepAlive(0s));
    EXPECT_EQ(keep_alive("0s"), scheduler::KeepAlive(0s));
    EXPECT_EQ(keep_alive("250ms"), scheduler::KeepAlive(250ms));
    EXPECT_EQ(keep_alive("12h"), scheduler::KeepAlive(12h));
    EXPECT_EQ(keep_alive("720h"), scheduler::KeepAlive(720h)) << "30 days, the most";
    EXPECT_EQ(keep_alive("forever"), std::nullopt);
}

TEST(ParkAfterKey, takes_durations_none_at_all_and_never) {
    const auto park_after = [](const std::string& text) {
        return rules_of("park_after = \"" + text + "\"\n").park_after;
    };
    EXPECT_EQ(park_after("0"), scheduler::KeepAlive(0s)) << "as soon as the last job ends";
    EXPECT_EQ(park_after("2m"), scheduler::KeepAlive(2min));
    EXPECT_EQ(park_after("5m"), scheduler::KeepAlive(5min)) << "as late as the keep-alive";
    EXPECT_EQ(park_after("never"), std::nullopt);
}

TEST(ParkAfterKey, that_is_not_given_parks_nothing_that_goes_as_soon_or_never) {
    EXPECT_EQ(rules_of("keep_alive = \"0\"\n").park_after, std::nullopt);
    EXPECT_EQ(rules_of("keep_alive = \"1m\"\n").park_after, std::nullopt);
    EXPECT_EQ(rules_of("keep_alive = \"61s\"\n").park_after, scheduler::KeepAlive(1min));
    EXPECT_EQ(rules_of("keep_alive = \"forever\"\n").park_after, std::nullopt);
}

TEST(ParkAfterKey, parks_what_stays_for_ever_where_it_says_so) {
    const ResidencyRules rules = rules_of("keep_alive = \"forever\"\npark_after = \"10m\"\n");
    EXPECT_EQ(rules.keep_alive, std::nullopt);
    EXPECT_EQ(rules.park_after, scheduler::KeepAlive(10min));
}

// ---- Entries ------------------------------------------------------------------------------------

TEST(CalendarKeys, take_one_text_or_a_list) {
    const ResidencyRules rules = rules_of(
        "hot = [\"mon 08:00-09:00\", \"mon 10:00-11:00\"]\n"
        "warm = [\"0 6 * * *\", \"@hourly\"]\nrelease = [\"0 19 * * *\", \"0 20 * * *\"]\n");
    EXPECT_TRUE(rules.hot.contains(monday(8h)));
    EXPECT_FALSE(rules.hot.contains(monday(9h)));
    EXPECT_TRUE(rules.hot.contains(monday(10h)));
    EXPECT_EQ(rules.warm.size(), 2U);
    EXPECT_EQ(rules.release.size(), 2U);
}

TEST(CalendarKeys, without_a_zone_of_their_own_take_that_of_the_machine) {
    const ResidencyRules rules =
        rules_of("hot = \"08:00-18:00\"\nwarm = \"0 6 * * *\"\nrelease = \"0 19 * * *\"\n",
                 tokyo);  // nine hours ahead, all year
    EXPECT_TRUE(rules.hot.contains(monday(0h)));
    EXPECT_FALSE(rules.hot.contains(monday(9h)));
    EXPECT_EQ(rules.warm.at(0).next_after(monday(0h)), monday(21h));
    EXPECT_EQ(rules.release.at(0).next_after(monday(0h)), monday(10h));
}

TEST(CalendarKeys, with_a_zone_of_their_own_take_it) {
    const ResidencyRules rules =
        rules_of("hot = \"08:00-18:00 UTC\"\nwarm = \"CRON_TZ=Europe/Berlin 0 6 * * *\"\n", tokyo);
    EXPECT_TRUE(rules.hot.contains(monday(9h)));
    EXPECT_EQ(rules.warm.at(0).next_after(monday(0h)), monday(5h));
}

TEST(CalendarKeys, take_64_entries_and_not_one_more) {
    EXPECT_EQ(rules_of("warm = " + list_of("@daily", 64) + "\n").warm.size(), 64U);
    for (const std::string key : {"warm", "release"})
        EXPECT_EQ(fault_of(key + " = " + list_of("@daily", 65) + "\n"),
                  "m/model.toml:2: residency." + key + ": has more than 64 entries");
    EXPECT_EQ(fault_of("hot = " + list_of("mon", 65) + "\n"),
              "m/model.toml:2: residency.hot: has more than 64 entries");
}

TEST(CalendarKeys, tell_the_line_of_the_entry_that_is_wrong) {
    EXPECT_THAT(fault_of("warm = [\n  \"0 6 * * *\",\n  \"0 25 * * *\",\n]\n"),
                AllOf(StartsWith("m/model.toml:4: residency.warm: cron \"0 25 * * *\", column 3: "),
                      HasSubstr("23")));
}

TEST(CalendarKeys, show_letters_of_other_scripts_as_they_can) {
    EXPECT_THAT(fault_of("hot = [\"mo\xc3\xb1tag\"]\n"),
                StartsWith("m/model.toml:2: residency.hot: window \"mo??tag\""));
}

// ---- Faults -------------------------------------------------------------------------------------

struct Fault {
    const char* lines;
    const char* fault;  // its beginning, after "m/model.toml:"
    const char* way_out;
};

void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.fault;
}

class ResidencyFault : public testing::TestWithParam<Fault> {};

TEST_P(ResidencyFault, is_told_with_file_line_key_and_way_out) {
    EXPECT_THAT(fault_of(GetParam().lines),
                AllOf(StartsWith(std::string("m/model.toml:") + GetParam().fault),
                      HasSubstr(GetParam().way_out)));
}

INSTANTIATE_TEST_SUITE_P(
    OfKeys, ResidencyFault,
    testing::Values(
        Fault{"keep_alife = \"5m\"\n", "2: residency.keep_alife: is not a known key here",
              "did you mean keep_alive?"},
        Fault{"preload = 1\n", "2: residency.preload: ", "must be true or false"},
        Fault{"\npinned = \"yes\"\n", "3: residency.pinned: ", "must be true or false"},
        Fault{"hold = \"true\"\n", "2: residency.hold: ", "must be true or false"},
        Fault{"held = true\n", "2: residency.held: is not a known key", "did you mean hold?"}));

INSTANTIATE_TEST_SUITE_P(
    OfDurations, ResidencyFault,
    testing::Values(
        Fault{"keep_alive = 300\n", "2: residency.keep_alive: must be a string", "\"5m\""},
        Fault{"keep_alive = \"300\"\n", "2: residency.keep_alive: must be a duration", "\"5m\""},
        Fault{"keep_alive = \"for ever\"\n", "2: residency.keep_alive: must be", "\"forever\""},
        Fault{"keep_alive = \"never\"\n", "2: residency.keep_alive: must be", "\"forever\""},
        Fault{"keep_alive = \"-1s\"\n", "2: residency.keep_alive: must be", "\"0\""},
        Fault{"keep_alive = \"721h\"\n", "2: residency.keep_alive: must be", "\"forever\""},
        Fault{"keep_alive = \"\"\n", "2: residency.keep_alive: must be a duration", "\"0\""},
        Fault{"park_after = 60\n", "2: residency.park_after: must be a string", "\"never\""},
        Fault{"park_after = \"forever\"\n", "2: residency.park_after: must be", "\"never\""},
        Fault{"park_after = \"-1s\"\n", "2: residency.park_after: must be", "\"never\""},
        Fault{"park_after = \"721h\"\n", "2: residency.park_after: must be", "\"never\""}));

INSTANTIATE_TEST_SUITE_P(
    OfEntries, ResidencyFault,
    testing::Values(
        Fault{"hot = true\n", "2: residency.hot: ", "must be a text or a list of texts"},
        Fault{"warm = 5\n", "2: residency.warm: ", "must be a text or a list of texts"},
        Fault{"release = 19:00:00\n",
              "2: residency.release: ", "must be a text or a list of texts"},
        Fault{"hot = [\n1]\n", "3: residency.hot: ", "must hold texts"},
        Fault{"warm = [[\"@daily\"]]\n", "2: residency.warm: ", "must hold texts"},
        Fault{"hot = \"\"\n", "2: residency.hot: window \"\"", "it is empty"},
        Fault{"hot = \"8-18\"\n", "2: residency.hot: window \"8-18\", column 1: ", "08:00-18:30"},
        Fault{"hot = \"08:00-18:00 Europe/Berlln\"\n", "2: residency.hot: window ",
              "is it Europe/Berlin"},
        Fault{"warm = \"* * * *\"\n", "2: residency.warm: cron \"* * * *\"", "of five fields"},
        Fault{"warm = \"@reboot\"\n", "2: residency.warm: cron \"@reboot\"", "preload = true"},
        Fault{"warm = \"0 0 30 2 *\"\n",
              "2: residency.warm: cron \"0 0 30 2 *\", column 5: ", "it never fires"},
        Fault{"release = [\"@daily\",\n\"0 0 31 apr,jun *\"]\n", "3: residency.release: cron ",
              "it never fires"},
        Fault{"warm = \"@daily Mars/Olympus\"\n", "2: residency.warm: cron ", "Mars/Olympus"},
        Fault{"release = \"CRON_TZ=Europe/Berlln 0 7 * * *\"\n", "2: residency.release: cron ",
              "is it Europe/Berlin"},
        Fault{"hot = \"mon 08:00-08:00\"\n", "2: residency.hot: window ", "08:00"},
        Fault{"release = [\"@dayly\"]\n", "2: residency.release: cron \"@dayly\"", "@daily"}));

INSTANTIATE_TEST_SUITE_P(
    OfContradictions, ResidencyFault,
    testing::Values(Fault{"hold = true\npinned = true\n",
                          "3: residency.pinned: contradicts hold = true", "remove one of the two"},
                    Fault{"hold = true\npreload = true\n",
                          "3: residency.preload: contradicts hold = true", "remove one of the two"},
                    Fault{"hot = \"mon\"\nhold = true\n",
                          "2: residency.hot: contradicts hold = true", "remove one of the two"},
                    Fault{"hold = true\nwarm = \"@daily\"\n",
                          "3: residency.warm: contradicts hold = true", "remove one of the two"},
                    Fault{"pinned = true\nrelease = \"@daily\"\n",
                          "3: residency.release: contradicts pinned = true",
                          "remove one of the two"},
                    Fault{"pinned = true\nhot = \"mon\"\n",
                          "3: residency.hot: contradicts pinned = true", "remove one of the two"},
                    Fault{"keep_alive = \"5m\"\npark_after = \"301s\"\n",
                          "3: residency.park_after: contradicts keep_alive, which ends before it",
                          "park_after"},
                    Fault{"park_after = \"6m\"\n",
                          "2: residency.park_after: contradicts keep_alive",
                          "which ends before it"}));

TEST(ResidencyTable, that_is_no_table_says_how_to_write_one) {
    const toml::table table = parse_toml("residency = \"hot\"\n", "m/model.toml");
    TomlReader top(table, "m/model.toml");
    try {
        read_residency(top, Zone::utc);
        FAIL() << "it was taken";
    } catch (const TomlFault& fault) {
        EXPECT_STREQ(fault.what(), "m/model.toml:1: residency: must be a table: [residency]");
    }
}

TEST(ResidencyTable, does_not_take_a_false_for_a_contradiction) {
    EXPECT_EQ(fault_of("hold = true\npinned = false\npreload = false\nhot = []\n"), "");
    EXPECT_EQ(fault_of("pinned = true\nhold = false\nrelease = []\n"), "");
}

}  // namespace
}  // namespace samovar::daemon
