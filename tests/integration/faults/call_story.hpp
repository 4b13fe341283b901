#pragma once
// A fixed story that a daemon lives through while one of its system's calls fails: from its start
// to its end, with loads, jobs, channels, metrics and a reload.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fault_board.hpp"

namespace samovar::tests {

// Whose call fails, and when: from the start of the daemon on, or from SIGTERM on.
enum class Whose { daemon, worker };
enum class When { living, ending };

struct StoryFault {
    Whose whose = Whose::daemon;
    When when = When::living;
    CallFault fault;
};
std::string describe(const StoryFault& fault);

struct StoryEnd {
    bool reached = false;               // the call came to fail
    std::string refusal;                // the daemon did not start, and said this
    std::vector<std::string> refused;   // requests that failed clearly: what, and in which words
    std::vector<std::string> troubles;  // what must not be; empty where all is well
    std::size_t descriptors = 0;        // of the daemon, when every client has gone
    double seconds = 0;
    // How often each program called what while the daemon lived, and while it ended.
    std::array<std::uint64_t, kCallCount> living{}, ending{}, of_worker{};
};

struct StoryPlan {
    std::filesystem::path models;  // build/models: "add", "invert" and "tiny-pt2" are used
    std::optional<StoryFault> fault{};
    std::optional<std::size_t> most_descriptors{};  // what a story without a fault ends with
    double slack = 1;                               // by which stated times are longer
    bool leak = false;  // plant: one client stays, which the count of descriptors must find
    bool lie = false;   // plant: the results of jobs are changed before they are looked at
};
// Tells the story to a daemon of its own.
StoryEnd tell_story(const StoryPlan& plan);

// Every fault that a story can come to, from the counts of one without: in an order that is left to
// chance, but each error of each call once before any of them again.
std::vector<StoryFault> all_faults(const StoryEnd& without, std::uint64_t seed);

}  // namespace samovar::tests
