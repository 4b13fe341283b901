#include "client/cli/run/lanes.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <latch>
#include <map>
#include <new>
#include <set>

namespace samovar::cli {
namespace {

// All that the lanes finish, by the job's number.
std::map<std::size_t, JobReport> finish(Lanes& lanes) {
    std::map<std::size_t, JobReport> reports;
    while (true) {
        Lanes::Taken taken = lanes.take();
        for (auto& [job, report] : taken.finished) {
            EXPECT_FALSE(reports.contains(job)) << job << " was done twice";
            reports[job] = std::move(report);
        }
        if (taken.over) return reports;
        pollfd watched{lanes.fd(), POLLIN, 0};
        EXPECT_EQ(::poll(&watched, 1, 30'000), 1) << "nobody woke us";
    }
}

JobReport named(std::size_t job) {
    JobReport report;
    report.file = std::to_string(job);
    return report;
}

TEST(Lanes, EveryJobIsDoneOnce) {
    Lanes lanes(100, 4, [](std::size_t job, const std::stop_token&) { return named(job); });
    const auto reports = finish(lanes);
    ASSERT_EQ(reports.size(), 100U);
    for (const auto& [job, report] : reports)
        EXPECT_EQ(report.file, std::to_string(job));
}

// Whoever ends between two questions must be noticed: many short lives make that likely.
TEST(Lanes, TheLastOneToEndIsNoticed) {
    for (int i = 0; i < 300; ++i) {
        Lanes lanes(2, 1, [](std::size_t job, const std::stop_token&) { return named(job); });
        ASSERT_EQ(finish(lanes).size(), 2U);
    }
}

TEST(Lanes, JobsRunBesideEachOther) {
    std::latch all_there(3);
    Lanes lanes(3, 3, [&](std::size_t job, const std::stop_token&) {
        all_there.arrive_and_wait();  // for ever, if they came one after the other
        return named(job);
    });
    EXPECT_EQ(finish(lanes).size(), 3U);
}

TEST(Lanes, AStopEndsWithWhatWasBegun) {
    std::latch begun(2);
    Lanes lanes(100, 2, [&](std::size_t job, const std::stop_token& stop) {
        if (job < 2) begun.count_down();
        while (!stop.stop_requested())
            std::this_thread::yield();
        return named(job);
    });
    begun.wait();
    lanes.stop();
    EXPECT_EQ(finish(lanes).size(), 2U);
}

TEST(Lanes, AJobThatFindsNoDaemonOrOneThatShutsDownIsTheLast) {
    for (const Errc code : {Errc::no_daemon, Errc::shutting_down}) {
        Lanes lanes(100, 1, [code](std::size_t job, const std::stop_token&) {
            JobReport report = named(job);
            if (job == 3) report.error = Error{code, "nobody to ask", "", 0, 0};
            return report;
        });
        EXPECT_EQ(finish(lanes).size(), 4U) << to_string(code);
    }
}

TEST(Lanes, TheirEndStopsAndJoinsThem) {
    std::atomic<int> running{0};
    {
        Lanes lanes(100, 2, [&](std::size_t job, const std::stop_token& stop) {
            ++running;
            while (!stop.stop_requested())
                std::this_thread::yield();
            --running;
            return named(job);
        });
    }
    EXPECT_EQ(running, 0);
}

TEST(Lanes, AJobWithoutMemoryFailsAlone) {
    Lanes lanes(3, 1, [](std::size_t job, const std::stop_token&) -> JobReport {
        if (job == 1) throw std::bad_alloc();
        return named(job);
    });
    const auto reports = finish(lanes);
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_FALSE(reports.at(0).error);
    EXPECT_EQ(reports.at(1).error->code, Errc::out_of_memory);
    EXPECT_FALSE(reports.at(2).error);
}

TEST(Lanes, ThereAreNoMoreThanJobsAndAtLeastThree) {
    EXPECT_EQ(lanes_for(1, 64), 1U);
    EXPECT_EQ(lanes_for(1000, 1), 3U);
    EXPECT_EQ(lanes_for(1000, 2), 3U);
    EXPECT_EQ(lanes_for(1000, 4), 5U);
    EXPECT_EQ(lanes_for(1000, 128), 16U);
    EXPECT_EQ(lanes_for(1000, 0), 3U) << "where the machine does not say";
}

}  // namespace
}  // namespace samovar::cli
