// The worker dies of SIGKILL wherever it is: while it starts, while it loads, while it runs jobs.

#include <signal.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <thread>

#include "tests/torture/census.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

constexpr std::size_t kCallers = 3;
constexpr std::uint64_t kSide = 700;
// One of so many dies at any moment of its start, the others at one of their service.
constexpr std::uint64_t kEarly = 4;
constexpr std::uint64_t kLongestStartUs = 600'000, kLongestServiceUs = 150'000;
constexpr std::uint64_t kLooks = 20;  // at memory
// malloc's smallest chunk, for each worker; and from how much on it gives a heap's end back.
constexpr double kLeastLeak = 32, kKept = 128 << 10;

// All of the daemon's own count of jobs that have ended, however.
std::uint64_t jobs_counted(const Stage& stage) {
    Client client = Client::connect({.socket = stage.daemon.socket().string()}).value();
    std::istringstream metrics(client.metrics().value());
    std::uint64_t count = 0;
    for (std::string line; std::getline(metrics, line);)
        if (line.starts_with("samovar_jobs_total{"))
            count += std::stoull(line.substr(line.rfind(' ') + 1));
    return count;
}

pid_t next_worker(const Stage& stage, pid_t dead) {
    pid_t pid = 0;
    const bool came = tests::wait_until([&] {
        pid = stage.worker();
        return pid != 0 && pid != dead;
    });
    if (!came) throw std::runtime_error("no worker came after " + std::to_string(dead));
    return pid;
}

// What those were in the midst of that were killed.
struct Deaths {
    std::uint64_t in_service = 0, with_jobs = 0;
};

void kill_one(const Stage& stage, Chance& chance, pid_t& dead, Deaths& deaths) {
    const pid_t pid = next_worker(stage, dead);
    const bool serving = between(chance, 1, kEarly) != 1;
    if (serving) stage.make_hot();
    std::this_thread::sleep_for(std::chrono::microseconds(
        between(chance, 0, serving ? kLongestServiceUs : kLongestStartUs)));
    deaths.in_service += serving ? 1 : 0;
    deaths.with_jobs += stage.daemon.worker().in_flight > 0 ? 1 : 0;
    ::kill(pid, SIGKILL);
    dead = pid;
    // Else the eighth death within a minute would close the worker for the rest of it.
    tests::TestClient(stage.daemon.socket()).get<ipc::ReloadReport>(ipc::Reload{});
}

void run(const Settings& settings, Report& report) {
    const Stage stage;
    Chance chance(settings.seed);
    pid_t dead = 0;
    Deaths deaths;
    kill_one(stage, chance, dead, deaths);
    deaths = {};
    next_worker(stage, dead);
    stage.make_hot();
    const Census before = calm_census(stage.daemon);
    const std::uint64_t counted = jobs_counted(stage);

    const std::unique_ptr<Caller> squat = squatter(stage, settings);
    Crowd crowd(stage, kCallers, settings, {.burst = 8, .side = kSide});
    Series memory;
    const std::uint64_t round = std::max<std::uint64_t>(settings.count / kLooks, 1);
    Pace pace(settings, kWorker);
    while (pace.next()) {
        kill_one(stage, chance, dead, deaths);
        if (pace.done() % round == 0)
            memory.add(0, static_cast<double>(pace.done()),
                       static_cast<double>(holdings_of(stage.daemon.pid()).own_bytes));
    }

    report.did("workers killed", pace.done());
    report.did("of these in service", deaths.in_service);
    report.did("of these with jobs", deaths.with_jobs);
    crowd.leave(report, {Errc::worker_died, Errc::worker_failed, Errc::model_failed});
    next_worker(stage, dead);
    stage.make_hot();
    const Census now = settled_census(stage.daemon, before);
    std::uint64_t begun = 0;
    for (const auto& caller : crowd.callers())
        begun += caller->book().begun;
    report.same("jobs that the daemon counted", begun, jobs_counted(stage) - counted);
    compare(before, now, report);
    report.flat("daemon: memory", memory, kLeastLeak, kKept, "bytes a worker");
}

constexpr std::array kPlants{
    Plant{"lost-job", "jobs lost"},
    Plant{"double", "jobs ended twice"},
    Plant{"uncounted-job", "jobs that the daemon counted"},
};

}  // namespace

const Campaign kWorker{"worker",
                       "SIGKILL of the worker, at any moment, under load",
                       "workers killed",
                       1'000,
                       4,
                       kPlants,
                       run};

}  // namespace samovar::torture
