// A trace through the daemon, by a clock that the test moves, has the cold starts that `samovar
// simulate` tells, call by call.

#include <fstream>

#include "scheduler/simulate/policy.hpp"
#include "scheduler/simulate/trace.hpp"
#include "tests/integration/residency/residency.hpp"

namespace samovar::tests {
namespace {

using scheduler::CalledMinutes;
using scheduler::Minute;
using namespace std::chrono;

// Half a day of one function of the public trace.
CalledMinutes half_a_day_of(int function) {
    std::ifstream file(SAMOVAR_TEST_DATA "/azure2019/excerpt.csv");
    scheduler::InvocationsCsv trace(file, "excerpt.csv");
    CalledMinutes minutes;
    for (int i = 0; i <= function; ++i)
        trace.next(minutes);
    minutes.resize(720);
    return minutes;
}

class TraceReplay : public testing::Test {
  protected:
    void take(const std::string& rules) {
        daemon.copy_model("add");
        daemon.set_rules("add", rules);
        client.reload().value();
    }
    // Comes to the middle of the first minute of an hour, so that no clock's seconds matter.
    sys_seconds begin() {
        const auto now = system_clock::now();
        const auto start = ceil<hours>(now);
        daemon.pass(start - now + 30s);
        return sys_seconds(start);
    }
    // The daemon's cold starts must be those of `policy`; how many there were.
    std::uint64_t replay(const CalledMinutes& minutes, const scheduler::PolicyChoice& choice) {
        const auto policy = choice.make();
        std::uint64_t cold = 0;
        bool hot = false;
        for (std::size_t i = 0; i < minutes.size(); ++i) {
            const auto minute = static_cast<Minute>(i);
            const bool wanted = policy->wants_hot(minute, hot);
            if (minutes[i]) {
                // A load takes no time in the simulation, and here none that the clock shows.
                if (wanted) {
                    EXPECT_TRUE(wait_until([&] { return is_hot(); }));
                }
                client.run(adding(1, 2)).value();
                if (!wanted) ++cold;
                EXPECT_EQ(cold_starts(), cold) << "in minute " << i;
            }
            hot = wanted || minutes[i];
            policy->observe(minute, minutes[i]);
            daemon.pass(1min);
        }
        return cold;
    }
    bool is_hot() { return client.info("add").value().summary.residency == Residency::hot; }
    std::uint64_t cold_starts() { return client.status(true).value().models.at(0).cold_starts; }

    DaemonUnderTest daemon{{.arguments = {"--linger", "60"}, .given_clock = true}};
    Client client = Client::connect({.socket = daemon.socket()}).value();
};

TEST_F(TraceReplay, of_a_keep_alive_has_the_cold_starts_of_the_simulated_one) {
    take("keep_alive = \"330s\"\n");
    begin();
    EXPECT_EQ(replay(half_a_day_of(1), scheduler::fixed_policy(5)), 5U) << "of 18 calls";
}

TEST_F(TraceReplay, of_many_gaps_has_the_cold_starts_of_the_simulated_one) {
    take("keep_alive = \"10s\"\n");
    begin();
    EXPECT_EQ(replay(half_a_day_of(6), scheduler::fixed_policy(0)), 75U) << "all of them";
    EXPECT_GT(client.warmth("add").value().calls.at(0).calls, 70U);
}

TEST_F(TraceReplay, of_windows_has_the_cold_starts_of_the_simulated_ones) {
    const std::string window = "03:00-04:00 UTC";
    take("keep_alive = \"0\"\nhot = \"" + window + "\"\n");
    const sys_seconds start = begin();
    // Called every twenty minutes for a day, of which one hour is warm.
    CalledMinutes minutes(1440);
    for (std::size_t i = 7; i < minutes.size(); i += 20)
        minutes[i] = true;
    const std::uint64_t cold = replay(minutes, scheduler::parse_policy("window:" + window, start));
    EXPECT_EQ(cold, 69U);
}

}  // namespace
}  // namespace samovar::tests
