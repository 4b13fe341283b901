#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace samovar::daemon {

// What devices used while their models were hot and nothing happened there. A device counts its
// energy as a whole, whoever uses it: so an interval between two looks at the counter counts only
// where no model of the device had a job or moved in it. Pure.
class IdleEnergy {
  public:
    // A job came or ended, or a model moved.
    void disturbed(const std::string& device) { counters_.erase(device); }

    // What the device's counter says now. `quiet`: no model works or moves. The joules since the
    // last look, where all of that time was quiet.
    std::optional<double> read(const std::string& device, std::uint64_t millijoules, bool quiet) {
        if (!quiet) {
            disturbed(device);
            return std::nullopt;
        }
        const auto [counter, first] = counters_.try_emplace(device, millijoules);
        const std::uint64_t before = std::exchange(counter->second, millijoules);
        // A driver that was loaded anew counts anew.
        if (first || millijoules < before) return std::nullopt;
        return static_cast<double>(millijoules - before) / 1000;
    }

  private:
    std::map<std::string, std::uint64_t> counters_;  // at the last look, if it was quiet since
};

}  // namespace samovar::daemon
