// Neighbours who are a nuisance, one kind after the other, beside a user who is none.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/torture/census.hpp"
#include "tests/torture/rude.hpp"
#include "tests/torture/stage.hpp"

namespace samovar::torture {
namespace {

using std::chrono::nanoseconds;
using tests::TestClient;

constexpr int kJobs = 40;  // in a row, beside nobody and beside somebody
constexpr double kMost = 2;
constexpr std::chrono::milliseconds kPlantedSlowness{1'000};  // of the first in a row
// Of the neighbour: as many sessions as one of the kinds has.
const std::string kPolicy = "[policy.everyone]\nmodels = [\"*\"]\n[policy.user." +
                            std::to_string(Neighbour::kUser) + "]\nsessions = 1010\n";

nanoseconds p99(std::vector<nanoseconds>& took) {
    std::ranges::sort(took);
    return took.at(took.size() * 99 / 100);
}

// The user who is no nuisance: one job after the other.
class Bystander {
  public:
    explicit Bystander(const Stage& stage) : client_(stage.daemon.socket()) {}

    void work(std::vector<nanoseconds>& took, std::chrono::milliseconds planted) {
        for (int i = 0; i < kJobs; ++i) {
            const auto begun = Clock::now();
            const tests::Answer answer = client_.call(tests::sleep_job(2));
            if (i == 0) std::this_thread::sleep_for(planted);
            took.push_back(Clock::now() - begun);
            ++jobs;
            failed += answer.is<ipc::Done>() ? 0 : 1;
        }
    }

    std::uint64_t jobs = 0, failed = 0;

  private:
    TestClient client_;
};

void run(const Settings& settings, Report& report) {
    const tests::TemporaryFolder folder;
    const Stage stage({"--config", written(folder, kPolicy)}, {"sleepy"});
    stage.let_others_in();
    auto bystander = std::make_unique<Bystander>(stage);
    struct Took {
        std::vector<nanoseconds> quiet, beside;
    };
    std::vector<Took> took(rude_kinds().size());
    std::uint64_t gave_up = 0;
    const auto round = [&] {
        for (std::size_t i = 0; i < took.size(); ++i) {
            bystander->work(took[i].quiet, {});
            const Rude& kind = rude_kinds()[i];
            Neighbour neighbour([&](auto& at_it) { kind.behave(stage.daemon.socket(), at_it); });
            neighbour.wait_until_at_it();
            bystander->work(took[i].beside, settings.planted("slower")
                                                ? kPlantedSlowness
                                                : std::chrono::milliseconds());
            gave_up += neighbour.kill() ? 0 : 1;
            // The bystander's is left, and the one that asks.
            tests::wait_until([&] {
                const ipc::StatusReport status = stage.daemon.status();
                return status.sessions <= 2 && status.jobs == 0;
            });
        }
    };

    round();  // what is made once and kept is made now
    took.assign(took.size(), {});
    const Census before = calm_census(stage.daemon);
    Pace pace(settings, kNeighbours);
    while (pace.next())
        round();

    report.did("rounds of " + std::to_string(took.size()) + " kinds of neighbours", pace.done());
    report.did("jobs of the bystander", bystander->jobs);
    report.none("jobs of the bystander that failed", bystander->failed);
    report.none("neighbours that gave up", gave_up);
    for (std::size_t i = 0; i < took.size(); ++i) {
        const std::string name(rude_kinds()[i].name);
        if (took[i].beside.empty()) continue;
        const nanoseconds quiet = p99(took[i].quiet), beside = p99(took[i].beside);
        const auto most = std::chrono::duration_cast<nanoseconds>(quiet * kMost * settings.slack);
        report.within("p99 beside " + name, beside, most);
        report.note("beside " + name + ": p99 " + milliseconds(beside) + ", alone " +
                    milliseconds(quiet));
    }
    if (::getuid() != 0)
        report.note("The neighbours were the same user: only root can be another.");
    compare(before, settled_census(stage.daemon, before), report);
}

constexpr std::array kPlants{
    Plant{"slower", "p99 beside slow-loris"},
};

}  // namespace

const Campaign kNeighbours{"neighbours",
                           "another user's slow and stalled clients, by the thousand",
                           "rounds",
                           50,
                           1,
                           kPlants,
                           run};

}  // namespace samovar::torture
