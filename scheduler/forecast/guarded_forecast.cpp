#include "scheduler/forecast/guarded_forecast.hpp"

namespace samovar::scheduler {

bool GuardedForecast::by_forecast(bool hot, const Terms& terms) const {
    return worth_being_hot(hot, terms.price, terms.ahead,
                           [this](int minute) { return forecast_.chance(minute); });
}

bool GuardedForecast::by_keep_alive(const Terms& terms) const {
    return forecast_.history().age < static_cast<float>(terms.keep_alive);
}

void GuardedForecast::observe(Minute minute, bool called, const Terms& terms) {
    if (forecast_.history().ever_called()) {
        const bool hot = ledger_.alone[static_cast<std::size_t>(Guide::forecast)].hot != 0;
        ledger_.settle({by_forecast(hot, terms), by_keep_alive(terms), false}, called);
    } else if (called) {
        ledger_.settle({false, false, false}, called);
    }
    forecast_.observe(minute, called);
    ledger_.judge(terms.price);
}

bool GuardedForecast::wants_hot(bool hot, const Terms& terms) const {
    if (!forecast_.history().ever_called()) return false;
    switch (ledger_.follows()) {
        case Guide::forecast: return by_forecast(hot, terms);
        case Guide::keep_alive: return by_keep_alive(terms);
        case Guide::never: return false;
    }
    return false;
}

}  // namespace samovar::scheduler
