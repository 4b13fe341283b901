#include "tests/torture/census.hpp"

#include <stdexcept>
#include <tuple>

#include "tests/support/descriptors.hpp"
#include "tests/support/process_status.hpp"

namespace samovar::torture {
namespace {

// All of a census but memory.
auto counts_of(const Census& c) {
    return std::tuple(c.daemon.pid, c.daemon.descriptors, c.daemon.channels_mapped, c.worker.pid,
                      c.worker.descriptors, c.worker.channels_mapped, c.sessions, c.channels,
                      c.channel_bytes, c.jobs);
}

}  // namespace

Holdings holdings_of(pid_t pid) {
    try {
        return {pid, tests::open_descriptors(pid), tests::memfd_mappings(pid),
                tests::status_kb(pid, "RssAnon") << 10, tests::status_kb(pid, "RssShmem") << 10};
    } catch (const std::runtime_error&) {
        // One that was killed has no memory any more for a moment before it is gone.
        if (!tests::wait_until([&] { return !tests::runs(pid); }, std::chrono::seconds(1))) throw;
        return {};
    }
}

Census census_of(const tests::DaemonUnderTest& daemon) {
    // Kept to the end, so that its descriptor is always one of those that are counted.
    tests::TestClient session(daemon.socket());
    const auto status = session.get<ipc::StatusReport>(ipc::Status{});
    Census census;
    census.daemon = holdings_of(daemon.pid());
    for (const ipc::WorkerStatus& worker : status.workers)
        if (worker.name == "cpu" && worker.pid != 0)
            census.worker = holdings_of(static_cast<pid_t>(worker.pid));
    census.sessions = status.sessions;
    census.channels = status.channels;
    census.channel_bytes = status.channel_bytes;
    census.jobs = status.jobs;
    return census;
}

Census calm_census(const tests::DaemonUnderTest& daemon) {
    constexpr int kAlike = 5;  // in a row
    Census last = census_of(daemon);
    int alike = 1;
    tests::wait_until(
        [&] {
            const Census now = census_of(daemon);
            alike = counts_of(now) == counts_of(last) ? alike + 1 : 1;
            last = now;
            return alike == kAlike;
        },
        std::chrono::seconds(10));
    return last;
}

Census settled_census(const tests::DaemonUnderTest& daemon, const Census& before) {
    Census now;
    tests::wait_until(
        [&] {
            now = census_of(daemon);
            return now.sessions <= before.sessions && now.channels <= before.channels &&
                   now.jobs <= before.jobs && now.daemon.descriptors <= before.daemon.descriptors &&
                   now.worker.descriptors <= before.worker.descriptors &&
                   now.worker.channels_mapped <= before.worker.channels_mapped;
        },
        std::chrono::seconds(10));
    return now;
}

void compare_workers(const Census& before, const Census& now, Report& report) {
    const bool same = now.worker.pid == before.worker.pid;
    report.check("the worker", same ? "the same" : "another", "the same", same);
}

void compare(const Census& before, const Census& now, Report& report) {
    report.same("sessions", before.sessions, now.sessions);
    report.same("channels", before.channels, now.channels);
    report.same("bytes of channels", before.channel_bytes, now.channel_bytes);
    report.same("jobs that are not done", before.jobs, now.jobs);
    report.same("daemon: descriptors", before.daemon.descriptors, now.daemon.descriptors);
    report.same("daemon: channels mapped", before.daemon.channels_mapped,
                now.daemon.channels_mapped);
    report.same("worker: descriptors", before.worker.descriptors, now.worker.descriptors);
    report.same("worker: channels mapped", before.worker.channels_mapped,
                now.worker.channels_mapped);
}

}  // namespace samovar::torture
