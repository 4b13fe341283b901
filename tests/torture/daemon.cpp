// The daemon dies of SIGKILL wherever it is, and another takes its place.

#include <signal.h>

#include <algorithm>
#include <array>
#include <thread>

#include "tests/torture/census.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

constexpr std::size_t kCallers = 3;
constexpr std::uint64_t kSide = 700;
// One of so many dies at any moment of its start (a worker starts and loads meanwhile), the others
// once all callers have been served.
constexpr std::uint64_t kEarly = 4;
constexpr std::uint64_t kLongestStartUs = 1'000'000, kLongestServiceUs = 300'000;
constexpr std::chrono::seconds kServedWithin{10};
// What is stated: docs/reliability.md.
constexpr std::chrono::seconds kReconnected{1}, kOutlived{1};

// Lets the daemon live until it is to die.
void let_live(const Crowd& crowd, Clock::time_point since, Chance& chance) {
    const std::int64_t begun = std::chrono::nanoseconds(since.time_since_epoch()).count();
    const bool early = between(chance, 1, kEarly) == 1;
    if (!early)
        tests::wait_until(
            [&] {
                return std::ranges::all_of(crowd.callers(), [&](const auto& caller) {
                    return caller->book().served > begun;
                });
            },
            kServedWithin);
    std::this_thread::sleep_for(
        std::chrono::microseconds(between(chance, 0, early ? kLongestStartUs : kLongestServiceUs)));
}

// In the place of a worker that nothing ends.
std::unique_ptr<tests::Process> marked_process(const Stage& stage) {
    auto process = std::make_unique<tests::Process>(tests::Process::Plan{
        .arguments = {"/bin/sleep", "3600"}, .environment = {stage.mark.variable()}});
    tests::wait_until(
        [&] { return std::ranges::count(stage.mark.bearers(), process->pid()) == 1; });
    return process;
}

void run(const Settings& settings, Report& report) {
    Stage stage;
    Chance chance(settings.seed);
    const Census before = calm_census(stage.daemon);
    Crowd crowd(stage, kCallers, settings, {.burst = 8, .side = kSide});
    std::unique_ptr<tests::Process> survivor;

    const auto patience = std::chrono::duration_cast<std::chrono::nanoseconds>(
        2 * settings.slack * std::chrono::duration<double>(kOutlived));
    std::chrono::nanoseconds outlived{};
    std::uint64_t orphaned = 0, refused = 0;
    Clock::time_point killed = Clock::now();
    Pace pace(settings, kDaemon);
    while (pace.next()) {
        let_live(crowd, killed, chance);
        // Stopped, it begins nothing any more: all that is its own is known.
        stage.daemon.signal(SIGSTOP);
        if (settings.planted("surviving-worker") && !survivor) survivor = marked_process(stage);
        std::vector<pid_t> orphans = stage.mark.bearers();
        std::erase(orphans, stage.daemon.pid());
        orphaned += orphans.size();
        killed = Clock::now();
        stage.daemon.kill();
        Mark::wait_for_end(orphans, patience);
        outlived = std::max<std::chrono::nanoseconds>(outlived, Clock::now() - killed);
        refused += starts_until_ready(stage.daemon) - 1;
        for (const auto& caller : crowd.callers())
            caller->book().daemon_ready =
                std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
    }
    survivor.reset();

    report.did("daemons killed", pace.done());
    report.did("workers orphaned", orphaned);
    std::int64_t slowest = 0;
    std::uint64_t reconnects = 0;
    for (const auto& caller : crowd.callers()) {
        slowest = std::max(slowest, caller->book().slowest_reconnect.load());
        reconnects += caller->book().reconnects;
    }
    report.did("reconnects", reconnects);
    crowd.leave(report, {Errc::disconnected, Errc::no_daemon});
    const auto stated = [&](std::chrono::seconds time) {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(time * settings.slack);
    };
    report.none("starts that were refused", refused);
    report.within("a worker outlives its daemon", outlived, stated(kOutlived));
    report.within("a client is back after its daemon", std::chrono::nanoseconds(slowest),
                  stated(kReconnected));
    stage.make_hot();
    compare(before, settled_census(stage.daemon, before), report);
}

constexpr std::array kPlants{
    Plant{"surviving-worker", "a worker outlives its daemon"},
    Plant{"slow-reconnect", "a client is back after its daemon"},
    Plant{"lost-job", "jobs lost"},
};

}  // namespace

const Campaign kDaemon{"daemon",
                       "SIGKILL of the daemon, at any moment, under load",
                       "daemons killed",
                       1'000,
                       4,
                       kPlants,
                       run};

}  // namespace samovar::torture
