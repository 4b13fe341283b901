// A day of a public trace through samovard itself: its cold starts are those of `samovar simulate`,
// call by call.

#include <fstream>

#include "scheduler/simulate/trace.hpp"
#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using scheduler::CalledMinutes;
using scheduler::Minute;
using std::chrono::minutes;
using std::chrono::system_clock;

CalledMinutes function_of_the_trace(int number) {
    std::ifstream file(SAMOVAR_TEST_DATA "/azure2019/excerpt.csv");
    scheduler::InvocationsCsv trace(file, "excerpt.csv");
    CalledMinutes function;
    for (int i = 0; i <= number; ++i)
        if (!trace.next(function)) throw std::runtime_error("the excerpt is too short");
    return function;
}

class ForecastReplay : public testing::Test {
  protected:
    void take(const std::string& rules) {
        daemon.copy_model("add");
        daemon.set_rules("add", rules);
        client.reload().value();
    }
    // Lets the daemon's clock come to the middle of a minute: far from where the next one begins.
    void pass_to(Minute minute) {
        const auto due = std::chrono::sys_time<minutes>(minutes(minute)) + 30s;
        const auto step = due - (system_clock::now() + passed_);
        daemon.pass(step);
        passed_ += step;
    }
    Minute begin() const {
        return std::chrono::floor<minutes>(system_clock::now().time_since_epoch()).count() + 1;
    }
    // The minutes, from 0, whose call found the model cold.
    std::vector<Minute> cold_starts_of_the_daemon(const CalledMinutes& called, Minute first) {
        std::vector<Minute> cold;
        for (std::size_t i = 0; i < called.size(); ++i) {
            pass_to(first + static_cast<Minute>(i));
            if (!called[i]) continue;
            // What was begun at the minute's start must be over.
            EXPECT_TRUE(wait_until([&] { return is_at_rest(); }));
            if (client.info("add").value().summary.residency != Residency::hot)
                cold.push_back(static_cast<Minute>(i));
            EXPECT_EQ(sum_of(client.run(adding(1, 2)).value()), 3);
        }
        return cold;
    }
    bool is_at_rest() {
        const Residency now = client.info("add").value().summary.residency;
        return now == Residency::hot || now == Residency::cold;
    }

    DaemonUnderTest daemon{{.arguments = {"--linger", "3600"}, .given_clock = true}};
    Client client = Client::connect({.socket = daemon.socket()}).value();

  private:
    std::chrono::nanoseconds passed_{};
};

std::vector<Minute> cold_starts_of(const scheduler::PolicyChoice& choice,
                                   const CalledMinutes& called, Minute first) {
    const auto policy = choice.make();
    std::vector<Minute> cold;
    bool hot = false;
    for (std::size_t i = 0; i < called.size(); ++i) {
        const Minute minute = first + static_cast<Minute>(i);
        hot = policy->wants_hot(minute, hot);
        if (called[i] && !hot) cold.push_back(static_cast<Minute>(i));
        hot = hot || called[i];
        policy->observe(minute, called[i]);
    }
    return cold;
}

TEST_F(ForecastReplay, has_the_cold_starts_of_the_simulated_forecast) {
    take("keep_alive = \"10m\"\npark_after = \"never\"\nforecast = true\nprice = 0.2\n");
    const CalledMinutes called = function_of_the_trace(5);
    const Minute first = begin();
    const auto policy = scheduler::forecast_policy(
        {.price = {.idle_minute = 0.2, .load = scheduler::kUsualLoadPrice}});
    const auto expected = cold_starts_of(policy, called, first);
    EXPECT_GT(expected.size(), 5U);
    EXPECT_LT(expected.size(), 50U);
    EXPECT_EQ(cold_starts_of_the_daemon(called, first), expected);
}

}  // namespace
}  // namespace samovar::tests
