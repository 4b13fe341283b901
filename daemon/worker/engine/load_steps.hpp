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
        if (now - told_ < kInterval) return;
        told_ = now;
        tell_({current_.name, done, current_.bytes});
    }
    std::vector<ipc::Phase> finish() {
        end();
        return std::move(phases_);
    }
    // Since this object was made.
    std::uint64_t total_ns() const { return since(created_); }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kInterval{100};

    static std::uint64_t since(Clock::time_point then) {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - then).count());
    }
    void end() {
        if (current_.name.empty()) return;
        current_.ns = since(begun_);
        phases_.push_back(current_);
        current_ = {};
    }

    Tell tell_;
    ipc::Phase current_;
    const Clock::time_point created_ = Clock::now();
    Clock::time_point begun_, told_;
    std::vector<ipc::Phase> phases_;
};

}  // namespace samovar::worker
