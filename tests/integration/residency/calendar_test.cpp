// Windows and cron entries, by a clock that the test moves. It begins at the machine's own time.

#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using namespace std::chrono;

class CalendarRules : public WithRules {
  protected:
    // Lets time pass until the wall's clock comes to this time of a day to come, less `early`.
    void pass_until(minutes time_of_day, seconds early = 0s) {
        const auto now = system_clock::now() + passed_;
        auto then = floor<days>(now) + time_of_day - early;
        while (then <= now)
            then += 24h;
        pass(then - now);
    }
    void pass(nanoseconds time) {
        daemon.pass(time);
        passed_ += time;
    }

  private:
    nanoseconds passed_{};
};

TEST_F(CalendarRules, a_window_finds_its_model_hot_and_lets_it_go_at_its_end) {
    take("add", "hot = \"08:00-18:30 UTC\"\n");
    pass_until(7h);
    EXPECT_NE(residency("add"), Residency::hot);
    pass_until(8h);
    EXPECT_TRUE(comes_to("add", Residency::hot));
    pass_until(18h + 29min);
    EXPECT_EQ(residency("add"), Residency::hot) << "without a single use";
    pass_until(18h + 30min);
    EXPECT_TRUE(comes_to("add", Residency::cold));
    EXPECT_TRUE(worker_is_gone());
}

TEST_F(CalendarRules, a_window_is_met_early_by_what_the_last_load_took) {
    take("add", "keep_alive = \"0\"\nhot = \"08:00-18:30 UTC\"\n");
    pass_until(20h);
    add();  // so that it is known how long a load takes
    ASSERT_TRUE(comes_to("add", Residency::cold));
    pass_until(8h, 30s);
    EXPECT_EQ(residency("add"), Residency::cold);
    pass_until(8h, 1s);
    EXPECT_TRUE(comes_to("add", Residency::hot)) << "a second before it begins";
}

TEST_F(CalendarRules, a_cron_entry_warms_a_model_for_its_keep_alive) {
    take("add", "keep_alive = \"10m\"\nwarm = [\"0 8 * * * UTC\", \"0 12 * * * UTC\"]\n");
    pass_until(7h + 59min);
    EXPECT_EQ(residency("add"), Residency::cold);
    pass_until(8h);
    EXPECT_TRUE(comes_to("add", Residency::hot));
    pass(10min);
    EXPECT_TRUE(comes_to("add", Residency::cold));
    pass_until(12h);
    EXPECT_TRUE(comes_to("add", Residency::hot));
}

TEST_F(CalendarRules, a_cron_entry_releases_a_model_that_would_stay) {
    take("add", "keep_alive = \"forever\"\nrelease = \"0 19 * * * UTC\"\n");
    pass_until(12h);
    add();
    pass_until(18h + 59min);
    EXPECT_EQ(residency("add"), Residency::hot);
    pass_until(19h);
    EXPECT_TRUE(comes_to("add", Residency::cold));
    add();
    pass(1h);
    EXPECT_EQ(residency("add"), Residency::hot) << "a use after the release counts again";
}

TEST_F(CalendarRules, an_operator_s_unload_in_a_window_lasts_until_the_model_is_used) {
    take("add", "hot = \"00:00-24:00 UTC\"\n");
    EXPECT_TRUE(comes_to("add", Residency::hot));
    client.unload("add").value();
    pass(1h);
    EXPECT_EQ(residency("add"), Residency::cold);
    add();
    pass(1h);
    EXPECT_EQ(residency("add"), Residency::hot);
}

}  // namespace
}  // namespace samovar::tests
