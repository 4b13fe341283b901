// Clients rewrite what their jobs are about, while a worker reads it.

#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/torture/census.hpp"
#include "tests/torture/mutator.hpp"
#include "tests/torture/stage.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMutators = 2, kOthers = 1;
constexpr std::uint64_t kWarmUp = 1'000;  // jobs of each: the worker's heap comes to its size
constexpr std::uint64_t kBetweenLooks = 100;
// Less than malloc's smallest chunk: what is lost for each job, or for each third one of a kind.
constexpr double kLeastLeak = 10;
// malloc gives a heap's end back from so much on.
constexpr double kKeptByDaemon = 128 << 10;
// A worker gives back what it kept when no job has come for 5 s; and some more for a busy machine.
constexpr std::chrono::seconds kIdle{7};
// ADR 0030: a worker keeps what its largest jobs have needed. A JPEG whose header is rewritten can
// claim that one side is 65,535 pixels long, of which there are two at a time (a batch that runs,
// one that is staged), decoded and made ready. And it keeps decoded pictures (docs/caches.md).
constexpr double kDecodeCache = 64 << 20;
constexpr double kKeptByWorker = kDecodeCache + 2 * 2 * 3.0 * 65'535 * Mutator::kSide;
// What a worker may say of an input that was another one at each look.
constexpr std::array kOfInput{Errc::bad_image, Errc::inference_failed};

constexpr const char* kMaskModel =
    "task = \"mask\"\n[[code]]\nfile = \"mask.pt\"\n[mask]\nsize = [32, 40]\n";

// "indexer" takes numbers that must lie in a table, "mask" takes files of pictures.
void add_models(const Stage& stage) {
    stage.daemon.link_model("indexer");
    const fs::path folder = stage.daemon.models() / "mask";
    fs::create_directory(folder);
    std::ofstream(folder / "model.toml") << kMaskModel;
    fs::copy_file(fs::path(SAMOVAR_TEST_DATA) / "worker" / "mask.pt", folder / "mask.pt");
    tests::TestClient client(stage.daemon.socket());
    client.get<ipc::ReloadReport>(ipc::Reload{});
    for (const char* model : {"indexer", "mask"})
        client.get<ipc::ModelLoaded>(ipc::LoadModel{model});
}

using Mutators = std::vector<std::unique_ptr<Mutator>>;

std::uint64_t ended(const Mutators& mutators) {
    std::uint64_t sum = 0;
    for (const auto& each : mutators)
        sum += each->book().ended;
    return sum;
}
// Jobs whose end says nothing of their input.
std::uint64_t failed_otherwise(const Mutators& mutators) {
    std::uint64_t sum = 0;
    for (const auto& each : mutators)
        for (std::size_t code = 0; code < MutatorBook::kCodes; ++code)
            if (std::ranges::find(kOfInput, static_cast<Errc>(code)) == kOfInput.end())
                sum += each->book().refused[code];
    return sum;
}
bool wait_for(const Mutators& mutators, std::uint64_t jobs) {
    return tests::wait_until([&] { return ended(mutators) >= jobs; }, std::chrono::minutes(2));
}

// Some that have come so far that the worker has made what it makes once.
Mutators mutators_of(const Stage& stage, std::uint64_t seed) {
    Mutators mutators;
    for (std::size_t i = 0; i < kMutators; ++i)
        mutators.push_back(std::make_unique<Mutator>(stage.daemon.socket(), seed + i));
    wait_for(mutators, kWarmUp * kMutators);
    return mutators;
}

// What the worker has when it has given back what it kept: decoded pictures go with a model, and
// what malloc kept for jobs to come when none comes (ADR 0030).
std::uint64_t idle_memory(const Stage& stage) {
    tests::TestClient client(stage.daemon.socket());
    client.get<ipc::Ok>(ipc::UnloadModel{"indexer"});
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"indexer"});
    std::this_thread::sleep_for(kIdle);
    return census_of(stage.daemon).worker.own_bytes;
}

void run(const Settings& settings, Report& report) {
    const Stage stage;
    add_models(stage);
    for (const auto& each : mutators_of(stage, settings.seed))
        each->leave();
    const std::uint64_t idle_before = idle_memory(stage);
    const Census before = calm_census(stage.daemon);
    const std::unique_ptr<Caller> squat = squatter(stage, settings);
    Crowd others(stage, kOthers, settings, {.pause = std::chrono::milliseconds(2)});
    const Mutators mutators = mutators_of(stage, settings.seed);
    if (settings.planted("crash")) ::kill(stage.worker(), SIGKILL);

    Series daemon_memory, worker_memory;
    const std::uint64_t first = ended(mutators);
    std::uint64_t looks = 0;
    bool stuck = false;
    const auto begun = Clock::now();
    auto told = begun;
    while (!stuck && !is_to_end() &&
           (settings.lasts ? Clock::now() - begun < *settings.lasts
                           : ended(mutators) - first < settings.count)) {
        stuck = !wait_for(mutators, first + ++looks * kBetweenLooks);
        const Census now = census_of(stage.daemon);
        const auto jobs = static_cast<double>(ended(mutators) - first);
        daemon_memory.add(0, jobs, static_cast<double>(now.daemon.own_bytes));
        worker_memory.add(static_cast<std::uint64_t>(now.worker.pid), jobs,
                          static_cast<double>(now.worker.own_bytes + now.worker.shared_bytes));
        if (squat) ++squat->book().stride;
        if (Clock::now() - told < std::chrono::seconds(10)) continue;
        told = Clock::now();
        std::fprintf(stderr, "%.0f jobs, worker %.1f MB\n", jobs,
                     static_cast<double>(now.worker.own_bytes) / 1e6);
    }
    std::uint64_t did_not_end = 0, rewritten = 0;
    for (const auto& each : mutators) {
        did_not_end += each->leave() ? 0 : 1;
        rewritten += each->book().rewritten;
    }
    report.did("jobs whose input was rewritten meanwhile", ended(mutators) - first);
    report.did("words rewritten", rewritten);
    for (const Errc code : kOfInput) {
        std::uint64_t count = 0;
        for (const auto& each : mutators)
            count += each->book().of(code);
        report.did("of these ended as " + std::string(to_string(code)), count);
    }
    report.none("mutators that did not end", did_not_end + (stuck ? 1 : 0));
    report.none("their jobs that failed otherwise", failed_otherwise(mutators));
    others.leave(report);
    const Census now = settled_census(stage.daemon, before);
    compare_workers(before, now, report);
    compare(before, now, report);
    // No check: what is left of it is not understood to the end (docs/reliability.md).
    report.did("bytes more that the worker has when it is idle",
               std::max(idle_memory(stage), idle_before) - idle_before);
    report.flat("daemon: memory", daemon_memory, kLeastLeak, kKeptByDaemon, "bytes a job");
    report.flat("worker: memory", worker_memory, kLeastLeak, kKeptByWorker, "bytes a job");
}

constexpr std::array kPlants{
    Plant{"crash", "the worker"},
    Plant{"leak-memory", "worker: memory"},
    Plant{"lost-job", "jobs lost"},
    Plant{"wrong-answer", "wrong answers"},
};

}  // namespace

const Campaign kMutation{"mutation", "clients rewrite the inputs of jobs while those run",
                         "jobs",     1'000'000,
                         4'000,      kPlants,
                         run};

}  // namespace samovar::torture
