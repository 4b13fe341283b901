// What one user can make the daemon hold: by each way to have it hold something, for each byte that
// was sent.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/process_status.hpp"
#include "tests/torture/census.hpp"
#include "tests/torture/rude.hpp"
#include "tests/torture/stage.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;
using tests::TestClient;

// docs/reliability.md states it: of one user's in all, whatever is sent in however many sessions.
constexpr std::uint64_t kMost = 256u << 20;
// So much malloc may keep of what is freed, for what comes next.
constexpr std::uint64_t kKept = 16u << 20;

constexpr std::chrono::milliseconds kCalm{500};

const std::string kPolicy = "[policy.everyone]\nmodels = [\"*\"]\n";

// The sessions of one hoarder; counts what it sends.
class Hoard {
  public:
    Hoard(const fs::path& socket, std::size_t connections, std::atomic<std::uint64_t>& sent)
        : sent_(sent) {
        allow_descriptors();
        while (clients.size() < connections) {
            clients.emplace_back(socket);
            sent_ += ipc::encode(ipc::Hello{ipc::kNewestVersion, "test"}, 0).value().size();
        }
    }
    // All of it, unless the daemon ends the session or takes nothing for a while.
    void send_all(const TestClient& client, std::span<const std::byte> bytes) {
        tests::wait_until(
            [&] {
                const ssize_t count =
                    ::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
                if (count < 0) return errno != EAGAIN;
                sent_ += static_cast<std::uint64_t>(count);
                bytes = bytes.subspan(static_cast<std::size_t>(count));
                return bytes.empty();
            },
            std::chrono::seconds(2));
    }
    template <class Message>
    void send_to_all(const Message& message, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            for (const TestClient& client : clients)
                send_all(client, ipc::encode(message, i + 1).value());
    }

    std::vector<TestClient> clients;

  private:
    std::atomic<std::uint64_t>& sent_;
};

// Until a job of some seconds has run, those that come after it wait.
void keep_the_worker_busy(Hoard& hoard) {
    hoard.send_all(hoard.clients.front(), ipc::encode(tests::sleep_job(2'000), 1).value());
}

void connections(Hoard&) {}

void frames_that_do_not_end(Hoard& hoard) {
    ipc::Bytes frame = ipc::encode(ipc::Ping{}, 1).value();
    const std::uint32_t length = kMaxFrameBytes;
    std::memcpy(frame.data(), &length, sizeof length);
    frame.resize(ipc::kHeaderBytes + kMaxFrameBytes - 1);
    for (const TestClient& client : hoard.clients)
        hoard.send_all(client, frame);
}

void answers_that_are_not_read(Hoard& hoard) {
    // As many as come to a little less than what a session is let have.
    constexpr std::size_t kBytes = 3u << 20;
    const std::size_t answer =
        hoard.clients.front().call(ipc::ListModels{}).body.size() + ipc::kHeaderBytes;
    const ipc::Bytes frame = ipc::encode(ipc::ListModels{}, 1).value();
    ipc::Bytes many;
    for (std::size_t i = 0; i < kBytes / answer; ++i)
        many.insert(many.end(), frame.begin(), frame.end());
    for (const TestClient& client : hoard.clients)
        hoard.send_all(client, many);
}

void small_jobs_that_wait(Hoard& hoard) {
    keep_the_worker_busy(hoard);
    hoard.send_to_all(tests::sleep_job(1), kMaxJobsPerSession);
}

void large_jobs_that_wait(Hoard& hoard) {
    keep_the_worker_busy(hoard);
    const ipc::InputTensor input =
        tests::floats(std::vector<float>(kMaxInlineBytes / sizeof(float)));
    hoard.send_to_all(tests::job("add", {input, input}),
                      kMaxInlineBytesPerSession / kMaxInlineBytes);
}

void channels(Hoard& hoard) {
    hoard.send_to_all(ipc::OpenChannel{kMaxChannelBytesPerUser / 64}, kMaxChannelsPerSession);
}

struct Way {
    std::string_view name;
    void (*fill)(Hoard&);
};
constexpr std::array kWays{
    Way{"connections", connections},
    Way{"frames that do not end", frames_that_do_not_end},
    Way{"answers that are not read", answers_that_are_not_read},
    Way{"small jobs that wait", small_jobs_that_wait},
    Way{"large jobs that wait", large_jobs_that_wait},
    Way{"channels", channels},
};

std::uint64_t held_by(const tests::DaemonUnderTest& daemon) {
    const Holdings holdings = holdings_of(daemon.pid());
    return holdings.own_bytes + holdings.shared_bytes;
}

std::string kib(std::uint64_t bytes) {
    return std::to_string(bytes >> 10) + " KiB";
}

struct Held {
    std::uint64_t sent = 0, most = 0, kept = 0;
};

class Hoarding {
  public:
    Hoarding(const Settings& settings, const Stage& stage) : settings_(settings), stage_(stage) {}

    Held measure(const Way& way) {
        const std::uint64_t at_first = held_by(stage_.daemon);
        const Shared<std::atomic<std::uint64_t>> sent;
        Neighbour hoarder([&](std::atomic<bool>& at_it) {
            Hoard hoard(stage_.daemon.socket(), settings_.count, *sent);
            way.fill(hoard);
            at_it = true;
            ::pause();
        });
        const std::uint64_t most = most_held(hoarder);
        const bool stays = settings_.planted("stays");
        if (stays)
            staying_.push_back(std::move(hoarder));
        else
            hoarder.kill();
        // It is given back a moment after the last of it has gone.
        const auto settled = [&] {
            const ipc::StatusReport status = stage_.daemon.status();
            return status.sessions == 1 && status.jobs == 0 &&
                   held_by(stage_.daemon) <= at_first + kKept;
        };
        tests::wait_until(settled, std::chrono::seconds(stays ? 1 : 20));
        const std::uint64_t after = held_by(stage_.daemon);
        return {*sent, most > at_first ? most - at_first : 0,
                after > at_first ? after - at_first : 0};
    }

  private:
    // What there is at the end may be less than there was, where the daemon defends itself; and it
    // reads for a while what was sent.
    std::uint64_t most_held(const Neighbour& hoarder) const {
        std::uint64_t most = 0;
        Clock::time_point grew;
        const auto look = [&] {
            const std::uint64_t now = held_by(stage_.daemon);
            if (now <= most) return;
            most = now;
            grew = Clock::now();
        };
        tests::wait_until([&] { return look(), hoarder.is_at_it(); }, std::chrono::minutes(2));
        grew = Clock::now();
        tests::wait_until([&] { return look(), Clock::now() - grew > kCalm; },
                          std::chrono::minutes(1));
        return most;
    }

    const Settings& settings_;
    const Stage& stage_;
    std::vector<Neighbour> staying_;
};

void run(const Settings& settings, Report& report) {
    const tests::TemporaryFolder folder;
    const Stage stage({"--config", written(folder, kPolicy), "--drain", "0.2"}, {"sleepy"});
    stage.let_others_in();
    const Census before = calm_census(stage.daemon);
    Hoarding hoarding(settings, stage);
    std::uint64_t kept = 0;
    for (const Way& way : kWays) {
        if (is_to_end()) break;
        const Held held = hoarding.measure(way);
        kept = std::max(kept, held.kept);
        const std::string name(way.name);
        report.check(name + ": held", kib(held.most), kib(kMost), held.most <= kMost);
        const std::uint64_t tenths = held.most * 10 / std::max<std::uint64_t>(held.sent, 1);
        report.note(name + ": " + kib(held.most) + " for " + kib(held.sent) + " that were sent, " +
                    std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
                    " bytes for each");
    }
    report.did("sessions of a user who hoards", settings.count);
    report.check("kept of it", kib(kept), kib(kKept), kept <= kKept);
    compare(before, settled_census(stage.daemon, before), report);
}

constexpr std::array kPlants{
    Plant{"stays", "sessions"},
};

}  // namespace

const Campaign kHoard{
    "hoard", "the most memory that one user can make the daemon hold", "sessions", 256, 32, kPlants,
    run};

}  // namespace samovar::torture
