// Random walks of the machine in a world of random delays and faults. What must hold at each action
// stands in simulated_shell.cpp; a failure prints the seed, and the last actions and events.

#include <gtest/gtest.h>

#include <ostream>

#include "simulated_shell.hpp"

namespace samovar::scheduler {
namespace {

constexpr int kWalks = 150 / SAMOVAR_TEST_SHARE, kSteps = 400;

struct World {
    const char* name;
    Odds odds;
};

void PrintTo(const World& world, std::ostream* out) {
    *out << world.name;
}

class RandomWalk : public testing::TestWithParam<World> {
  protected:
    // Each walk rests twice on its way, so that what waits for ever is not hidden by what comes.
    template <class Ending>
    void walk(Ending ending) {
        std::size_t submitted = 0, done = 0;
        for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
            SimulatedShell shell(seed, GetParam().odds);
            for (int rest = 0; rest < 3; ++rest) {
                for (int i = 0; i < kSteps / 3; ++i)
                    shell.step();
                if (rest == 2) break;
                shell.settle_down();
                shell.expect_every_job_ended();
            }
            ending(shell);
            ASSERT_TRUE(shell.fault().empty()) << "with seed " << seed << ":\n" << shell.fault();
            submitted += shell.jobs_submitted();
            done += shell.jobs_done();
        }
        EXPECT_GT(done, submitted / 10) << "the walk tests little where nearly nothing succeeds";
    }
};

TEST_P(RandomWalk, EndsEveryJobOnceAndLeavesNothing) {
    walk([](SimulatedShell& shell) {
        shell.retire_everything();
        shell.settle_down();
        shell.expect_nothing_left();
    });
}

TEST_P(RandomWalk, EndsInAShutDownThatNoJobOutlives) {
    walk([](SimulatedShell& shell) {
        shell.shut_down();
        shell.settle_down();
        shell.expect_every_job_ended();
    });
}

INSTANTIATE_TEST_SUITE_P(
    Worlds, RandomWalk,
    testing::Values(World{"Peaceful", {}}, World{"JobsKill", {.job_kills = 60}},
                    World{"JobsHang", {.job_hangs = 60}}, World{"LoadsFail", {.load_fails = 300}},
                    World{"LoadsKill", {.load_kills = 200}},
                    World{"LoadsHang", {.load_hangs = 200}},
                    World{"LoadsAndJobsKill", {.job_kills = 40, .load_kills = 200}},
                    World{"StartsFail", {.start_fails = 300, .start_hangs = 200}},
                    World{"NothingLeaves", {.unload_hangs = 300, .stop_hangs = 500}},
                    World{"ParksFail", {.park_fails = 300, .park_hangs = 200}},
                    World{"WorkersDieOfThemselves", {.deaths = 30}},
                    World{"OneLoadAtATime", {.parallel_loads = 1}},
                    World{"FewLoadsAtATime",
                          {.job_kills = 20,
                           .load_fails = 50,
                           .load_kills = 50,
                           .load_hangs = 50,
                           .start_fails = 50,
                           .park_fails = 50,
                           .asks_for_room = true,
                           .runs_out = 100,
                           .no_room = 100,
                           .deaths = 5,
                           .parallel_loads = 1}},
                    World{"Batches", {.batches = true}},
                    World{"BatchesWithKillers",
                          {.job_kills = 30, .job_hangs = 10, .load_kills = 50, .batches = true}},
                    World{"BatchesOfTheUnlucky",
                          {.job_kills = 10,
                           .job_hangs = 10,
                           .load_fails = 50,
                           .load_hangs = 30,
                           .start_fails = 50,
                           .park_fails = 50,
                           .asks_for_room = true,
                           .runs_out = 50,
                           .no_room = 50,
                           .deaths = 5,
                           .batches = true}},
                    World{"ThereIsRoom", {.asks_for_room = true}},
                    World{"RoomIsScarce",
                          {.job_kills = 20,
                           .load_fails = 50,
                           .load_kills = 50,
                           .start_fails = 50,
                           .park_fails = 50,
                           .asks_for_room = true,
                           .runs_out = 200,
                           .no_room = 300,
                           .deaths = 5}},
                    World{"Everything",
                          {.job_kills = 20,
                           .job_hangs = 20,
                           .load_fails = 50,
                           .load_kills = 50,
                           .load_hangs = 50,
                           .start_fails = 50,
                           .start_hangs = 50,
                           .unload_hangs = 50,
                           .stop_hangs = 50,
                           .park_fails = 50,
                           .park_hangs = 50,
                           .deaths = 5}}),
    [](const auto& world) { return world.param.name; });

}  // namespace
}  // namespace samovar::scheduler
