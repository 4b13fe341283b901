#pragma once
// The main thread of `samovar run`: shows how far the lanes are, prints what is finished in the
// order of the files, and hears Ctrl-C.

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <samovar/client.hpp>

#include "client/cli/console.hpp"
#include "client/cli/held_signals.hpp"
#include "client/cli/run/lanes.hpp"
#include "client/cli/run/request.hpp"

namespace samovar::cli {

// The model's load, as the lanes hear of it. For any thread.
class Stage {
  public:
    void set(std::string words) {
        const std::scoped_lock lock(mutex_);
        words_ = std::move(words);
    }
    std::string get() const {
        const std::scoped_lock lock(mutex_);
        return words_;
    }

  private:
    mutable std::mutex mutex_;
    std::string words_;
};

class Conductor {
  public:
    // All outlive it. Holds signals back from the threads that are started after it, so make it
    // before the lanes.
    Conductor(Console& console, Client& client, const RunRequest& request, const Stage& stage);

    // Until all is done, or cut off by a signal; the exit code. Where a running job does not end
    // soon after that, ends the process, because its lane cannot be joined.
    int conduct(Lanes& lanes);

  private:
    using Clock = std::chrono::steady_clock;

    void wait(const Lanes& lanes);
    void interrupt(Lanes& lanes);
    // Whether nothing comes any more.
    bool accept(Lanes& lanes);
    void print_finished();
    bool is_news(const Error& error);
    void draw() const;
    int conclude();

    Console& console_;
    Client& client_;
    const RunRequest& request_;
    const Stage& stage_;
    HeldSignals signals_;

    std::vector<std::optional<JobReport>> reports_;
    std::size_t printed_ = 0, finished_ = 0, failed_ = 0;
    std::optional<Error> no_use_;  // why the jobs that were not begun are not
    bool told_no_use_ = false;
    std::optional<Clock::time_point> interrupted_;
    const Clock::time_point began_ = Clock::now();
};

// One job: its own code. Several: done if all are, else that of all where it is the same, else 1.
int exit_code(const std::vector<JobReport>& reports);

}  // namespace samovar::cli
