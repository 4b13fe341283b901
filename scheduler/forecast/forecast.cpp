#include "scheduler/forecast/forecast.hpp"

namespace samovar::scheduler {

Forecast::Forecast(const Population& population) : population_(&population) {}

Forecast::Forecast(const Population& population, const History& history, const Weights& own,
                   Minute last)
    : population_(&population),
      history_(history),
      own_(own),
      last_(last),
      habits_(habits_of(history)) {
    look_at_next();
}

void Forecast::look_at_next() {
    if (!history_.ever_called()) return;
    if (history_.age == 0) habits_ = habits_of(history_);
    next_ = estimate(history_, habits_, *population_, last_ + 1);
    next_chance_ = mix(population_->weights, own_, next_);
}

void Forecast::observe(Minute minute, bool called) {
    if (history_.ever_called()) {
        if (minute > last_ && minute - last_ > 1) {
            history_.skip(minute - last_ - 1);
            last_ = minute - 1;
            look_at_next();
        }
        learn(own_, next_, next_chance_, called, kOwnLearningRate);
    }
    history_.observe(minute, called);
    last_ = minute;
    look_at_next();
}

double Forecast::chance(int ahead) const {
    if (ahead <= 0 || !history_.ever_called()) return next_chance_;
    return mix(population_->weights, own_,
               estimate(history_, habits_, *population_, last_ + 1 + ahead, ahead));
}

}  // namespace samovar::scheduler
