#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ipc/wire/model_messages.hpp"

namespace samovar::worker {

// The timed steps of one load, told as they go. Of the loader thread.
class LoadSteps {
  public:
    using Tell = std::function<void(const ipc::Progress&)>;
    explicit LoadSteps(Tell tell) : tell_(std::move(tell)) {}

    // Ends the step before. `bytes`: its length, 0 where it has none.
    void begin(const std::string& name, std::uint64_t bytes = 0) {
        end();
        current_ = {name, 0, bytes};
        begun_ = told_ = Clock::now();
        tell_({name, 0, bytes});
    }
    // Told a few times a second at most, so that a fast load is not slowed by its own reports.
    void advance(std::uint64_t done) {
        const auto now = Clock::now();
        if (now - told_ < kInterval && done < current_.bytes) return;
        told_ = now;
        tell_({current_.name, done, current_.bytes});
    }
    std::vector<ipc::Phase> finish() {
        end();
        return std::move(phases_);
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kInterval{100};

    void end() {
        if (current_.name.empty()) return;
        current_.ns = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun_).count());
        phases_.push_back(current_);
        current_ = {};
    }

    Tell tell_;
    ipc::Phase current_;
    Clock::time_point begun_, told_;
    std::vector<ipc::Phase> phases_;
};

}  // namespace samovar::worker
