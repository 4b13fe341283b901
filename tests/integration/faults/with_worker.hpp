#pragma once
#include <gtest/gtest.h>

#include <iosfwd>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {

// Longer than any test.
inline constexpr std::int64_t kForEver = 10'000'000;

// What samovard and its worker hold.
struct Census {
    std::size_t daemon_descriptors = 0, daemon_mappings = 0;  // mappings: of memfds
    std::size_t worker_descriptors = 0, worker_mappings = 0;
    std::uint32_t sessions = 0, channels = 0, jobs = 0;
    std::uint64_t channel_bytes = 0;
    friend bool operator==(const Census&, const Census&) = default;
};
std::ostream& operator<<(std::ostream& out, const Census& census);

// A daemon whose worker for the CPU has the model "add" hot, and a bystander with a channel, whose
// jobs must come out right whatever happens to others.
class WithWorker : public testing::Test {
  protected:
    // `models` beside "add", as DaemonPlan has them.
    explicit WithWorker(std::vector<std::string> models = {});

    TestClient connect() const { return TestClient(daemon.socket()); }
    // The process of worker "cpu".
    pid_t worker() const;
    // Sends the worker SIGKILL, and returns its number.
    pid_t kill_worker() const;
    // Waits until the worker has so many jobs.
    void wait_for_jobs_in_flight(std::uint32_t count);
    void make_hot(const std::string& model);

    Census census();
    // After the daemon's helper has removed what failed loads left in the worker's room.
    Census census_at_rest();
    // Waits until the census is what it was, and shows both where it does not come to that.
    void expect_nothing_left(const Census& before);

    // A job of the bystander, through its channel.
    std::uint64_t ask_bystander();
    void expect_answered(std::uint64_t request);
    void expect_bystander_served() { expect_answered(ask_bystander()); }

    DaemonUnderTest daemon;
    TestClient bystander;
    TestChannel channel;
};

// The most memory that a process has had resident, in kilobytes.
std::size_t peak_kilobytes(pid_t pid);

}  // namespace samovar::tests
