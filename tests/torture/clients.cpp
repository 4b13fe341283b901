// Clients die of SIGKILL wherever they are, while others go on.

#include <algorithm>
#include <array>

#include "tests/torture/census.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/victims.hpp"

namespace samovar::torture {
namespace {

constexpr std::size_t kOthers = 2, kVictims = 6;
constexpr std::uint64_t kLooks = 20;  // at memory
constexpr std::uint64_t kMostWarmUp = 100;
// malloc's smallest chunk: who leaks at all loses as much for each client.
constexpr double kLeastLeak = 32;
// malloc gives a heap's end back from so much on.
constexpr double kKeptByDaemon = 128 << 10;
// ADR 0030: a worker keeps what its largest jobs have needed: here an input and an output for each
// of the two batches that it has, and for the one that is staged.
constexpr double kKeptByWorker = 3 * 2 * 3.0 * Victims::kSide * Victims::kSide;

// Waits until only the others have a session.
bool without_victims(const Stage& stage, std::size_t others) {
    return tests::wait_until([&] { return stage.daemon.status().sessions <= others + 1; },
                             std::chrono::seconds(10));
}

void run(const Settings& settings, Report& report) {
    const Stage stage;
    Victims victims(stage.daemon.socket(), settings.seed, kVictims);
    // What is made once and kept is made now.
    for (std::uint64_t i = 0; i < std::min(settings.count, kMostWarmUp); ++i)
        victims.kill_one();
    victims.kill_all();
    without_victims(stage, 0);
    const Census before = calm_census(stage.daemon);

    const std::unique_ptr<Caller> squat = squatter(stage, settings);
    Crowd others(stage, kOthers, settings, {.pause = std::chrono::milliseconds(2)});
    Series daemon_memory, worker_memory;
    const std::uint64_t round = std::max<std::uint64_t>(settings.count / kLooks, 2);
    Pace pace(settings, kClients);
    while (pace.next()) {
        victims.kill_one();
        if ((pace.done() + 1) % round != 0) continue;
        victims.kill_all();
        without_victims(stage, others.size() + (squat ? 1 + squat->book().stride : 0));
        const Census now = census_of(stage.daemon);
        const auto killed = static_cast<double>(pace.done());
        daemon_memory.add(0, killed, static_cast<double>(now.daemon.own_bytes));
        worker_memory.add(static_cast<std::uint64_t>(now.worker.pid), killed,
                          static_cast<double>(now.worker.own_bytes + now.worker.shared_bytes));
        if (squat) ++squat->book().stride;
    }
    victims.kill_all();

    report.did("clients killed", pace.done());
    report.did("connections of these, and of the warm-up", victims.connected());
    report.did("jobs that they sent", victims.jobs());
    others.leave(report);
    const Census now = settled_census(stage.daemon, before);
    report.none("victims that ended by themselves", victims.ended_by_themselves());
    compare_workers(before, now, report);
    compare(before, now, report);
    report.flat("daemon: memory", daemon_memory, kLeastLeak, kKeptByDaemon, "bytes a client");
    report.flat("worker: memory", worker_memory, kLeastLeak, kKeptByWorker, "bytes a client");
}

constexpr std::array kPlants{
    Plant{"leak-descriptor", "daemon: descriptors"},
    Plant{"leak-memory", "worker: memory"},
    Plant{"lost-job", "jobs lost"},
    Plant{"double", "jobs ended twice"},
    Plant{"wrong-answer", "wrong answers"},
};

}  // namespace

const Campaign kClients{"clients",
                        "SIGKILL of clients, at any moment, while others go on",
                        "clients killed",
                        10'000,
                        60,
                        kPlants,
                        run};

}  // namespace samovar::torture
