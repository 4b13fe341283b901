// A long time of work with every death now and then: whether anything grows.

#include <signal.h>

#include <array>
#include <cmath>
#include <thread>

#include "tests/torture/census.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/victims.hpp"

namespace samovar::torture {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kCallers = 2;
constexpr std::uint64_t kSide = 256;
// As in clients.cpp: what leaks least, and what is kept.
constexpr double kLeastLeak = 32, kKeptByDaemon = 128 << 10;
constexpr double kKeptByWorker = 3 * 2 * 3.0 * Victims::kSide * Victims::kSide;
// The median of a machine with two cores moves by as much from one hour to the next.
constexpr double kPercent = 10;

// When what happens, by the length of the whole: in two hours a worker dies every 20 minutes and a
// daemon every 40, and every 10 seconds it is looked who holds what.
struct Rhythm {
    milliseconds client{1'000}, worker, daemon, look;
    // A process that has just begun takes memory that it then keeps: not looked at so soon.
    milliseconds settling;

    explicit Rhythm(milliseconds whole)
        : worker(std::max(whole / 6, milliseconds(2'500))),
          daemon(std::max(whole / 3, milliseconds(4'000))),
          look(std::max(whole / 720, milliseconds(100))),
          settling(std::max(whole / 120, milliseconds(400))) {
        client = std::min(client, look);
    }
};

// Something to do again and again.
class Every {
  public:
    Every(milliseconds interval) : interval_(interval), next_(Clock::now() + interval) {}
    bool is_due() {
        if (Clock::now() < next_) return false;
        next_ = Clock::now() + interval_;
        return true;
    }

  private:
    milliseconds interval_;
    Clock::time_point next_;
};

// What is looked at: per hour, by the lives of the processes.
class Watch {
  public:
    Watch(const Stage& stage, const Crowd& crowd, milliseconds settling)
        : stage_(stage), crowd_(crowd), settling_(settling) {}

    void look() {
        const Census now = census_of(stage_.daemon);
        const double hours =
            std::chrono::duration<double, std::ratio<3600>>(Clock::now() - begun_).count();
        if (has_settled(daemon_, now.daemon.pid)) {
            const auto life = static_cast<std::uint64_t>(now.daemon.pid);
            daemon_memory.add(life, hours, static_cast<double>(now.daemon.own_bytes));
            daemon_descriptors.add(life, hours, static_cast<double>(now.daemon.descriptors));
        }
        if (now.worker.pid != 0 && has_settled(worker_, now.worker.pid)) {
            const auto life = static_cast<std::uint64_t>(now.worker.pid);
            worker_memory.add(life, hours,
                              static_cast<double>(now.worker.own_bytes + now.worker.shared_bytes));
            worker_descriptors.add(life, hours, static_cast<double>(now.worker.descriptors));
        }
        Latencies all{};
        for (const auto& caller : crowd_.callers()) {
            const Latencies one = latencies_of(caller->book());
            for (std::size_t i = 0; i < all.size(); ++i)
                all[i] += one[i];
        }
        const auto median = quantile(before_, all, 0.5);
        before_ = all;
        // A logarithm, so that the slope is a share of whatever the latency is.
        if (median.count() > 0)
            latency.add(0, hours, 100 * std::log(static_cast<double>(median.count())));
    }

    Series daemon_memory, daemon_descriptors, worker_memory, worker_descriptors, latency;

  private:
    struct Life {
        pid_t pid = 0;
        Clock::time_point since;
    };
    bool has_settled(Life& life, pid_t pid) const {
        if (life.pid != pid) life = {pid, Clock::now()};
        return Clock::now() - life.since >= settling_;
    }

    const Stage& stage_;
    const Crowd& crowd_;
    milliseconds settling_;
    Clock::time_point begun_ = Clock::now();
    Life daemon_, worker_;
    Latencies before_{};
};

void run(const Settings& settings, Report& report) {
    const milliseconds whole = settings.lasts.value_or(std::chrono::seconds(settings.count));
    const Rhythm rhythm(whole);
    Stage stage;
    Chance chance(settings.seed);
    Victims victims(stage.daemon.socket(), settings.seed, 1);
    const std::unique_ptr<Caller> squat = squatter(stage, settings);
    Crowd crowd(stage, kCallers, settings, {.side = kSide, .pause = milliseconds(10)});
    Watch watch(stage, crowd, rhythm.settling);

    std::uint64_t clients = 0, workers = 0, daemons = 0;
    Every client(rhythm.client), worker(rhythm.worker), daemon(rhythm.daemon), look(rhythm.look);
    for (const auto end = Clock::now() + whole; Clock::now() < end && !is_to_end();) {
        if (client.is_due()) {
            victims.kill_one();
            ++clients;
        }
        if (worker.is_due()) {
            if (const pid_t pid = stage.worker(); pid != 0) ::kill(pid, SIGKILL);
            ++workers;
        }
        if (daemon.is_due()) {
            stage.daemon.kill();
            starts_until_ready(stage.daemon);
            ++daemons;
        }
        if (look.is_due()) {
            watch.look();
            for (const auto& caller : crowd.callers())
                ++caller->book().stride;
            if (squat) ++squat->book().stride;
        }
        std::this_thread::sleep_for(milliseconds(5));
    }

    report.did("clients killed", clients);
    report.did("workers killed", workers);
    report.did("daemons killed", daemons);
    crowd.leave(report, {Errc::disconnected, Errc::no_daemon, Errc::worker_died});
    const double least =
        kLeastLeak * std::chrono::milliseconds(std::chrono::hours(1)) / rhythm.client;
    report.flat("daemon: memory", watch.daemon_memory, least, kKeptByDaemon, "bytes an hour");
    report.flat("daemon: descriptors", watch.daemon_descriptors, 0, 1, "an hour");
    report.flat("worker: memory", watch.worker_memory, least, kKeptByWorker, "bytes an hour");
    report.flat("worker: descriptors", watch.worker_descriptors, 0, 1, "an hour");
    report.flat("latency, median", watch.latency, 0, kPercent * settings.slack, "% an hour");
}

constexpr std::array kPlants{
    Plant{"leak-descriptor", "daemon: descriptors"},
    Plant{"leak-memory", "worker: memory"},
    Plant{"slower", "latency, median"},
};

}  // namespace

const Campaign kSoak{
    "soak", "work for hours, and every death now and then", "seconds", 7'200, 8, kPlants, run};

}  // namespace samovar::torture
