#include <utility>

#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {
namespace {

class Fixed : public Policy {
  public:
    explicit Fixed(Minute keep) : keep_(keep) {}

    bool wants_hot(Minute minute, bool) override { return called_ && minute - last_ <= keep_; }
    void observe(Minute minute, bool called) override {
        if (!called) return;
        called_ = true;
        last_ = minute;
    }

  private:
    Minute keep_, last_ = 0;
    bool called_ = false;
};

class ByForecast : public Policy {
  public:
    ByForecast(const Terms& terms, const Population& population)
        : terms_(terms), forecast_(population) {}

    bool wants_hot(Minute, bool hot) override { return forecast_.wants_hot(hot, terms_); }
    void observe(Minute minute, bool called) override { forecast_.observe(minute, called, terms_); }

  private:
    Terms terms_;
    GuardedForecast forecast_;
};

class ByPredicate : public Policy {
  public:
    explicit ByPredicate(std::function<bool(Minute)> hot) : hot_(std::move(hot)) {}

    bool wants_hot(Minute minute, bool) override { return hot_(minute); }

  private:
    std::function<bool(Minute)> hot_;
};

class Oracle : public Policy {
  public:
    void foresee(const CalledMinutes& minutes) override { minutes_ = &minutes; }
    bool wants_hot(Minute minute, bool) override {
        return (*minutes_)[static_cast<std::size_t>(minute)];
    }

  private:
    const CalledMinutes* minutes_ = nullptr;
};

}  // namespace

PolicyChoice fixed_policy(int minutes) {
    return {"fixed:" + std::to_string(minutes),
            [minutes] { return std::make_unique<Fixed>(minutes); }};
}

PolicyChoice forecast_policy(const Terms& terms, const Population& population) {
    return {"forecast",
            [terms, &population] { return std::make_unique<ByForecast>(terms, population); }};
}

PolicyChoice predicate_policy(std::string name, std::function<bool(Minute)> hot) {
    return {std::move(name), [hot] { return std::make_unique<ByPredicate>(hot); }};
}

PolicyChoice oracle_policy() {
    return {"oracle", [] { return std::make_unique<Oracle>(); }};
}

}  // namespace samovar::scheduler
