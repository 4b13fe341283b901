#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace samovar::cli {

// How many bytes of slots the lanes may hold together: some large pictures in flight would go over
// the user's quota, and one alone fits it. For any thread.
class MemoryBudget {
  public:
    explicit MemoryBudget(std::uint64_t bytes) : free_(bytes), all_(bytes) {}

    // A part of the budget, given back by its end.
    class Share {
      public:
        Share(Share&& other) noexcept
            : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
        Share& operator=(Share&&) = delete;
        ~Share() {
            if (budget_) budget_->give(bytes_);
        }

      private:
        friend class MemoryBudget;
        Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
        MemoryBudget* budget_;
        std::uint64_t bytes_;
    };

    // Waits for it. More than the whole budget waits until nothing is taken. Nothing when stopped.
    std::optional<Share> take(std::uint64_t bytes, const std::stop_token& stop) {
        const std::uint64_t wanted = bytes < all_ ? bytes : all_;
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return free_ >= wanted; })) return std::nullopt;
        free_ -= wanted;
        return Share(*this, wanted);
    }

  private:
    void give(std::uint64_t bytes) {
        {
            const std::scoped_lock lock(mutex_);
            free_ += bytes;
        }
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t free_;
    const std::uint64_t all_;
};

}  // namespace samovar::cli
