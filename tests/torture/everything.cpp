// Daemon, worker and clients die of SIGKILL at once: what of them is left, and how the next begin.

#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/torture/places.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCallers = 3;
constexpr std::uint64_t kSide = 700;
constexpr std::uint64_t kLongestLifeUs = 1'500'000;

// Kills all, in any order, until nobody is left who could have begun another.
void kill_at_once(Stage& stage, const Crowd& crowd, Chance& chance) {
    std::vector<pid_t> dead;
    for (const auto& caller : crowd.callers())
        dead.push_back(caller->pid());
    for (std::vector<pid_t> left = stage.mark.bearers(); !left.empty();
         left = stage.mark.bearers()) {
        dead.insert(dead.end(), left.begin(), left.end());
        std::ranges::shuffle(dead, chance);
        for (const pid_t pid : dead)
            ::kill(pid, SIGKILL);
        stage.daemon.kill();
        for (const auto& caller : crowd.callers())
            caller->kill();
        Mark::wait_for_end(left, tests::kPatience);
        dead.clear();
    }
}

// A first job, by a client that knows nothing of what was before.
bool serves(const Stage& stage, Chance& chance) {
    Result<Client> client = Client::connect({.socket = stage.daemon.socket().string()});
    if (!client) return false;
    const Work work = Work::draw(chance, chance(), kSide);
    const Result<JobResult> result = client->run(work.spec(*client).value());
    return result && work.is_right(*result);
}

// What there may be: the folder of the campaign, with what the daemon was told to keep there, and
// the name of its socket.
std::set<fs::path> left_over(const PrivatePlaces& places, const tests::DaemonUnderTest& daemon) {
    std::set<fs::path> own{daemon.models(), daemon.store(), daemon.state(),
                           daemon.folder() / "log"};
    std::set<fs::path> found = places.found(own);
    own.insert({daemon.folder(), daemon.socket()});
    std::erase_if(found, [&](const fs::path& path) { return own.contains(path); });
    return found;
}

void run(const Settings& settings, Report& report) {
    const fs::path models = tests::made_model("invert").parent_path();
    const PrivatePlaces places({SAMOVAR_CHECKOUT, SAMOVAR_BUILD, models});
    ::setenv("TMPDIR", "/tmp", 1);  // where all that is temporary is looked for
    Stage stage;
    Chance chance(settings.seed);

    std::uint64_t refused = 0, failed = 0, wrong = 0, complaints = 0;
    std::set<fs::path> left;
    Pace pace(settings, kEverything);
    while (pace.next()) {
        const Crowd crowd(stage, kCallers, settings, {.burst = 8, .side = kSide});
        std::this_thread::sleep_for(std::chrono::microseconds(between(chance, 0, kLongestLifeUs)));
        kill_at_once(stage, crowd, chance);
        for (const auto& caller : crowd.callers())
            wrong += caller->book().wrong;
        if (settings.planted("stray-file")) std::ofstream("/dev/shm/samovar.stray");
        left.merge(left_over(places, stage.daemon));

        const std::size_t log_before = stage.daemon.log().size();
        if (settings.planted("torn-state"))
            std::ofstream(stage.daemon.state() / "residency.state") << "torn";
        refused += starts_until_ready(stage.daemon) - 1;
        failed += serves(stage, chance) ? 0 : 1;
        // At the level of the campaign's daemon, whatever it says is a complaint.
        const std::string said = stage.daemon.log().substr(log_before);
        if (!said.empty() && ++complaints == 1) report.note("the next daemon said: " + said);
    }

    report.did("times that all were killed", pace.done());
    report.none("left in /dev/shm, /tmp and /run", left.size());
    for (const fs::path& path : left)
        report.note("left: " + path.string());
    report.none("starts that were refused", refused);
    report.none("first jobs that failed", failed);
    report.none("next daemons that complained", complaints);
    report.none("wrong answers", wrong);
}

constexpr std::array kPlants{
    Plant{"stray-file", "left in /dev/shm, /tmp and /run"},
    Plant{"torn-state", "next daemons that complained"},
};

}  // namespace

const Campaign kEverything{"everything",
                           "SIGKILL of daemon, worker and clients at once",
                           "times that all were killed",
                           100,
                           3,
                           kPlants,
                           run};

}  // namespace samovar::torture
