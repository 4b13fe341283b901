#pragma once
#include <sys/types.h>

#include <cstdint>

#include "tests/support/daemon_under_test.hpp"
#include "tests/torture/report.hpp"

namespace samovar::torture {

// What one process holds.
struct Holdings {
    pid_t pid = 0;
    std::uint64_t descriptors = 0, channels_mapped = 0;
    std::uint64_t own_bytes = 0;     // memory of its own that is resident
    std::uint64_t shared_bytes = 0;  // of channels that it has mapped
};
// None of a process that is gone, or dead.
Holdings holdings_of(pid_t pid);

// What daemon and worker hold, and what the daemon says of itself.
struct Census {
    Holdings daemon, worker;
    std::uint64_t sessions = 0, channels = 0, channel_bytes = 0, jobs = 0;
};

// By a session of its own, which is counted, as any other.
Census census_of(const tests::DaemonUnderTest& daemon);
// When nothing but memory changes any more: the sockets of those who have just left are closed.
Census calm_census(const tests::DaemonUnderTest& daemon);
// Waits until the daemon has no more sessions, channels and jobs than at `before`: what a dead
// client held goes when the daemon comes to read the end of its socket, and a worker to let go.
Census settled_census(const tests::DaemonUnderTest& daemon, const Census& before);

// Checks that the worker is the process that it was.
void compare_workers(const Census& before, const Census& now, Report& report);
// Checks that all but memory and processes is as it was.
void compare(const Census& before, const Census& now, Report& report);

}  // namespace samovar::torture
