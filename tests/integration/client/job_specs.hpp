#pragma once
// Jobs of the models in tests/support/networks.py, as a program would write them.

#include <gtest/gtest.h>

#include <optional>

#include <samovar/client.hpp>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {

using std::chrono::milliseconds;

// Longest that a job here may take.
inline constexpr milliseconds kLong{kPatience};

// "add": x + y of one element each, inside the messages.
JobSpec adding(float x, float y);
// The one element that comes of it.
float sum_of(const JobResult& result);

// "sleepy": `count` times one to two milliseconds.
JobSpec sleeping(std::int64_t count);

// "invert": a picture of width x height in a slot, each element made from `seed`, and a slot for
// what comes of it.
JobSpec inverting(Client& client, std::uint64_t width, std::uint64_t height, unsigned seed);
// Elements of the result that are not what they should be.
std::size_t wrong_elements(const JobResult& result, unsigned seed);

// A daemon with the models that these tests use, and a client of it. A job of "sleepy" that nobody
// waits for any more does not keep the daemon from stopping.
class WithDaemon : public testing::Test {
  protected:
    WithDaemon() : client(connect()) {}
    Client connect(Options options = {}) const {
        options.socket = daemon.socket();
        return Client::connect(std::move(options)).value();
    }
    // Waits until a worker has this many jobs.
    void wait_for_running(std::uint32_t jobs) {
        EXPECT_TRUE(wait_until([&] {
            const ipc::StatusReport status = daemon.status();
            return !status.workers.empty() && status.workers[0].in_flight == jobs &&
                   status.workers[0].state == ipc::WorkerState::ready;
        }));
    }

    DaemonUnderTest daemon{{.models = {"add", "invert", "sleepy", "throws", "crash"},
                            .arguments = {"--drain", "0.2"}}};
    Client client;
};

}  // namespace samovar::tests
