// What is given back when everything has gone down, a hundred times in a row, and when nobody
// calls.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "tests/integration/residency/residency.hpp"
#include "tests/support/process_status.hpp"

namespace samovar::tests {
namespace {

constexpr int kLadders = 100;

// PSS would move with whoever else maps the same libraries meanwhile; what is leaked is no file's.
std::uint64_t anonymous_bytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("Anonymous:")) return std::stoull(line.substr(10)) * 1024;
    throw std::runtime_error("no Anonymous in smaps_rollup");
}

// By least squares over 0, 1, 2, ..., in bytes a step, with its standard error.
struct Slope {
    double slope, error;
};
Slope slope_of(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double xx = 0, xy = 0, rest = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - (n - 1) / 2;
        xx += x * x;
        xy += x * (values[i] - mean);
    }
    const double slope = xy / xx;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - (n - 1) / 2;
        rest += std::pow(values[i] - mean - slope * x, 2);
    }
    return {slope, std::sqrt(rest / (n - 2) / xx)};
}

// The daemon remembers its last moves: a full memory does not grow.
void fill_events(const std::filesystem::path& state) {
    std::filesystem::create_directories(state);
    std::ofstream file(state / "events.jsonl");
    for (int i = 0; i < 4096; ++i)
        file << R"({"at_ms":1,"model":"tiny-pt2","from":"hot","to":"unloading",)"
             << R"("cause":"operator","took_us":1000,"bytes":1000})"
             << "\n";
}

TEST(FullLadders, leave_nothing_behind_a_hundred_times_in_a_row) {
    DaemonUnderTest daemon{{.models = {"tiny-pt2"}}};
    daemon.stop();
    fill_events(daemon.state());
    daemon.start();
    Client client = Client::connect({.socket = daemon.socket()}).value();
    std::vector<double> held;
    for (int i = 0; i < kLadders + 10; ++i) {
        client.load("tiny-pt2").value();
        client.unload("tiny-pt2").value();
        ASSERT_TRUE(wait_until([&] { return daemon.worker().state == ipc::WorkerState::stopped; }));
        // The first ones fill what is made once.
        if (i >= 10) held.push_back(static_cast<double>(anonymous_bytes(daemon.pid())));
    }
    const auto [slope, error] = slope_of(held);
    // Where nothing moves at all its error is nothing, too: a page in ten ladders is the least.
    EXPECT_LE(slope, std::max(3 * error, 410.0))
        << "from " << held.front() << " to " << held.back() << " bytes";
}

constexpr std::uint64_t kOutput = 1920 * 1080 * 3;

void invert_pictures(Client& client, int count) {
    for (int i = 0; i < count; ++i)
        client.run(inverting(client, 1920, 1080, 3), kLong).value();
}

TEST(FreedMemory, is_there_for_the_next_job) {
    DaemonUnderTest daemon{{.models = {"invert"}}};
    Client client = Client::connect({.socket = daemon.socket()}).value();
    // Until each thread that asks for memory has had some.
    invert_pictures(client, 50);
    const std::uint64_t before = minor_faults(daemon.worker().pid);
    invert_pictures(client, 100);
    const std::uint64_t pages = kOutput / static_cast<std::uint64_t>(::getpagesize());
    EXPECT_LT(minor_faults(daemon.worker().pid) - before, 10 * pages);
}

TEST(FreedMemory, goes_back_when_nobody_calls) {
    DaemonUnderTest daemon{{.models = {"invert"}}};
    Client client = Client::connect({.socket = daemon.socket()}).value();
    invert_pictures(client, 50);
    const std::uint64_t held = anonymous_bytes(daemon.worker().pid);
    EXPECT_TRUE(
        wait_until([&] { return anonymous_bytes(daemon.worker().pid) + kOutput / 2 < held; }));
    invert_pictures(client, 1);
}

}  // namespace
}  // namespace samovar::tests
