#include "scheduler/forecast/price.hpp"

#include <algorithm>

namespace samovar::scheduler {
namespace {

constexpr int kExact = 8;  // minutes past the load that are looked at one by one

// The rule of one minute, in idle minutes. With `held` for what being hot after a minute without a
// call is worth (between 0 and a load), being hot in the minute gains what a cold start and its
// load would cost, times the chance, less the minute's own cost, times its complement.
class Balance {
  public:
    explicit Balance(const Price& price)
        : cold_start_(1 / price.idle_minute), load_(price.load / price.idle_minute) {}

    double gain(double chance, double held) const {
        return chance * (cold_start_ + load_) - (1 - chance) * (1 - held);
    }
    double load() const { return load_; }
    // What being hot at the start of a minute is worth, where being hot in it gains `gain`.
    double worth(double gain) const { return std::clamp(gain, 0.0, load_); }

  private:
    double cold_start_, load_;
};

}  // namespace

double automatic_price(std::uint64_t bytes, std::uint64_t device_bytes,
                       std::chrono::nanoseconds cold_start) noexcept {
    constexpr double kMinute = 60;  // seconds
    if (device_bytes == 0) return kMostPrice;
    const double share = static_cast<double>(bytes) / static_cast<double>(device_bytes);
    const double wait = std::chrono::duration<double>(cold_start).count();
    const double waited = kWaitWorth * std::max(wait, 1e-9);
    return std::clamp(share * kMinute / waited, kLeastPrice, kMostPrice);
}

int minutes_ahead(std::chrono::nanoseconds load_time) noexcept {
    // Who calls in the first second of a minute waits for the rest of that second.
    if (load_time < std::chrono::seconds(1)) return 0;
    const auto whole = std::chrono::ceil<std::chrono::minutes>(load_time).count();
    return static_cast<int>(std::min<decltype(whole)>(whole, kMostAhead));
}

bool worth_being_hot(bool hot, const Price& price, int ahead,
                     const std::function<double(int)>& chance) {
    const Balance balance(price);
    ahead = std::clamp(ahead, 0, kMostAhead);
    // What is gained must pay for the load, too, unless there is none to make.
    const auto bar = [&](int minute) { return hot && minute == 0 ? 0.0 : balance.load(); };
    // Most minutes are clear without a look at the next ones: a load never pays where the chance
    // does not pay for its own minute, however long the model could be kept afterwards.
    bool may = hot && balance.load() > 0;
    for (int minute = 0; minute <= ahead; ++minute) {
        const double now = chance(minute);
        if (balance.gain(now, 0) >= bar(minute)) return true;
        may = may || balance.gain(now, balance.load()) >= balance.load();
    }
    if (!may) return false;

    double held = 0;
    for (int minute = ahead + kHorizon; minute > ahead;) {
        // Far off, two minutes are as good as alike.
        const int alike = minute > ahead + kExact ? 2 : 1;
        const double then = chance(minute);
        for (int i = 0; i < alike; ++i)
            held = balance.worth(balance.gain(then, held));
        minute -= alike;
    }
    for (int minute = ahead; minute >= 0; --minute) {
        const double gain = balance.gain(chance(minute), held);
        if (gain >= bar(minute)) return true;
        held = balance.worth(gain);
    }
    return false;
}

}  // namespace samovar::scheduler
