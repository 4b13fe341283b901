#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>

#include "scheduler/types.hpp"

namespace samovar::scheduler {

inline constexpr double kNoRate = std::numeric_limits<double>::infinity();

// So many a second: those of one second may come at once, after that they come evenly.
class TokenBucket {
  public:
    explicit TokenBucket(double rate) : rate_(rate), tokens_(burst()) {}

    // From now on; what was saved up under another rate is cut to what this one lets come at once.
    void set_rate(double rate, Time now) {
        if (rate == rate_) return;
        tokens_ = tokens_at(now);
        last_ = now;
        rate_ = rate;
        tokens_ = std::min(tokens_, burst());
    }
    // Takes one, or says in how long there will be one.
    std::optional<Duration> take(Time now) {
        tokens_ = tokens_at(now);
        last_ = now;
        if (tokens_ >= 1) {
            tokens_ -= 1;
            return std::nullopt;
        }
        return std::chrono::ceil<Duration>(std::chrono::duration<double>((1 - tokens_) / rate_));
    }
    // What was taken last is not used.
    void give_back() { tokens_ = std::min(burst(), tokens_ + 1); }
    // Nothing was taken for so long that it says no more than a new one.
    bool is_full(Time now) const { return tokens_at(now) >= burst(); }

  private:
    double burst() const { return std::max(rate_, 1.0); }
    double tokens_at(Time now) const {
        if (last_ == Time{}) return tokens_;
        const double passed = std::chrono::duration<double>(now - last_).count();
        return std::min(burst(), tokens_ + passed * rate_);
    }

    double rate_;
    double tokens_;
    Time last_{};
};

// A bucket for each of several.
template <class Key>
class Rates {
  public:
    // Takes one of `key`'s, who has `rate`; or in how long there will be one.
    std::optional<Duration> take(const Key& key, double rate, Time now) {
        if (rate == kNoRate) return std::nullopt;
        if (buckets_.size() > 2 * remembered_ + kFew) forget(now);
        TokenBucket& bucket = buckets_.try_emplace(key, rate).first->second;
        bucket.set_rate(rate, now);
        return bucket.take(now);
    }
    void give_back(const Key& key) {
        if (const auto found = buckets_.find(key); found != buckets_.end())
            found->second.give_back();
    }
    std::size_t size() const { return buckets_.size(); }

  private:
    static constexpr std::size_t kFew = 64;

    void forget(Time now) {
        std::erase_if(buckets_, [now](const auto& entry) { return entry.second.is_full(now); });
        remembered_ = buckets_.size();
    }

    std::map<Key, TokenBucket> buckets_;
    std::size_t remembered_ = 0;
};

}  // namespace samovar::scheduler
