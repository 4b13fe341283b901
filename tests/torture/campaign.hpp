#pragma once
// What a campaign is: a program of misfortunes that is counted, and what must hold after it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/torture/report.hpp"

namespace samovar::torture {

using Clock = std::chrono::steady_clock;

// A fault that a campaign brings about itself, so that it can be seen that its check finds it.
struct Plant {
    std::string_view name;
    std::string_view check;  // that must fail then, as the report calls it
};

// How one is run; what the command line says.
struct Settings {
    std::uint64_t count = 0;                    // of its misfortunes
    std::optional<std::chrono::seconds> lasts;  // in place of the count
    std::uint64_t seed = 0;                     // of all that is left to chance
    std::string plant;                          // or empty
    double slack = 1;                           // by which stated times are longer

    bool planted(std::string_view name) const { return plant == name; }
};

struct Campaign {
    std::string_view name;
    std::string_view what;      // a line for --list
    std::string_view counts;    // what is counted: "clients killed"
    std::uint64_t count = 0;    // of them in its long form
    std::uint64_t briefly = 0;  // and in the tests, where every plant must be found with as many
    std::span<const Plant> plants;
    // Throws where it cannot be run at all.
    void (*run)(const Settings&, Report&) = nullptr;
};

// All of them; campaigns.cpp puts them in order.
extern const Campaign kClients, kWorker, kDaemon, kEverything, kSoak, kCalls, kDescriptors,
    kMutation, kNeighbours, kHoard;
std::span<const Campaign* const> campaigns();

// SIGTERM ends a campaign early: what was done until then is reported.
void listen_for_the_end();
bool is_to_end();

// Whether there is one more to do: by the count, or by the time. Tells of the progress.
class Pace {
  public:
    Pace(const Settings& settings, const Campaign& campaign)
        : settings_(settings), campaign_(campaign), begun_(Clock::now()) {}
    bool next();
    std::uint64_t done() const { return done_; }

  private:
    const Settings& settings_;
    const Campaign& campaign_;
    Clock::time_point begun_, told_ = begun_;
    std::uint64_t done_ = 0;
    bool first_ = true;
};

}  // namespace samovar::torture
