#pragma once
// What every campaign has: a daemon with a worker in which the models are hot, and callers.

#include <initializer_list>
#include <memory>
#include <vector>

#include "tests/support/daemon_under_test.hpp"
#include "tests/torture/caller.hpp"
#include "tests/torture/campaign.hpp"
#include "tests/torture/marked.hpp"

namespace samovar::torture {

struct Stage {
    // `models`: beside those that callers ask for.
    explicit Stage(std::vector<std::string> arguments = {}, std::vector<std::string> models = {});

    void make_hot() const;
    // Users other than the daemon's may come as far as its socket.
    void let_others_in() const;
    pid_t worker() const { return static_cast<pid_t>(daemon.worker().pid); }

    Mark mark;
    tests::DaemonUnderTest daemon;

  private:
    std::vector<std::string> models_;
};

// A file samovard.toml in a folder, and its path.
std::string written(const tests::TemporaryFolder& folder, const std::string& config);

// Starts a daemon that was killed; how often it took. Throws where it takes too often.
std::uint64_t starts_until_ready(tests::DaemonUnderTest& daemon);

// A caller that nobody counts and that holds on to what it got, where that is planted; else none.
std::unique_ptr<Caller> squatter(const Stage& stage, const Settings& settings);

// Some callers at once. The first of them has the fault that is planted, if it is one of callers;
// all are slower together.
class Crowd {
  public:
    // `plan`: what they have in common.
    Crowd(const Stage& stage, std::size_t size, const Settings& settings, CallerPlan plan = {});

    const std::vector<std::unique_ptr<Caller>>& callers() const { return callers_; }
    std::size_t size() const { return callers_.size(); }
    // Lets all of them leave, and reports their jobs: each must have ended once, well or with an
    // error of the `expected` kinds that says what is the matter.
    void leave(Report& report, std::initializer_list<Errc> expected = {});

  private:
    std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace samovar::torture
