#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include <samovar/error.hpp>

#include "daemon/budget_options.hpp"
#include "daemon/listener.hpp"
#include "daemon/log/log.hpp"
#include "daemon/policy/policy_file.hpp"
#include "daemon/queue_options.hpp"

namespace samovar::daemon {

// How this daemon runs: the command line, over the configuration file, over the defaults.
struct Options {
    ListenerOptions listener;
    ListenerOptions metrics;  // for scrapers; no socket: none
    std::filesystem::path models, store, state, worker_folder;
    unsigned threads = 1;  // intra-op threads of a worker, where a model says nothing else
    std::chrono::milliseconds drain{10'000};
    std::chrono::milliseconds linger{10'000};  // how long an empty worker stays
    std::size_t parallel_loads = 2;            // over all workers
    std::uint64_t decode_cache = 64u << 20;    // bytes of decoded pictures, in each worker
    std::string sandbox = "auto";              // of workers: auto, require, off
    BudgetOptions budgets;
    QueueOptions queue;
    PolicyFile policy;
    std::string device_nodes = "/dev/nvidia";  // and a number: what GPUs there are
    // A daemon of one user's, started by whoever needed it first: it lets nobody else in, and ends.
    bool private_daemon = false;
    std::optional<std::chrono::milliseconds> idle_exit;  // without a session for so long, it ends
    std::string log_level = "info";
    LogFormat log_format = LogFormat::automatic;
    bool check = false;  // only looks at what a start would need
    int ready_fd = -1;
    int clock_fd = -1;  // for tests, see Keeper::follow_clock
};

// What the command line asks for: a run, or only words to print.
struct Invocation {
    Options options;
    bool run = false;
    int status = 0;     // the exit status where `run` is false
    std::string words;  // for standard output (status 0) or standard error
};

// Reads the command line, the configuration file and the environment. No side effects.
Invocation read_invocation(int argc, const char* const* argv);

}  // namespace samovar::daemon
