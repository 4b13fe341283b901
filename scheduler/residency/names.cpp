#include "scheduler/residency/rules.hpp"

namespace samovar::scheduler {

Rung rung_of(Residency residency) noexcept {
    switch (residency) {
        case Residency::loading:
        case Residency::waking:
        case Residency::hot: return Rung::hot;
        case Residency::parking:
        case Residency::parked: return Rung::parked;
        case Residency::cold:
        case Residency::unloading:
        case Residency::failed: return Rung::cold;
    }
    return Rung::cold;
}

std::string_view to_string(Rung rung) noexcept {
    switch (rung) {
        case Rung::cold: return "cold";
        case Rung::parked: return "parked";
        case Rung::hot: return "hot";
    }
    return "?";
}

std::string_view to_string(Residency residency) noexcept {
    switch (residency) {
        case Residency::cold: return "cold";
        case Residency::loading: return "loading";
        case Residency::hot: return "hot";
        case Residency::parking: return "parking";
        case Residency::parked: return "parked";
        case Residency::waking: return "waking";
        case Residency::unloading: return "unloading";
        case Residency::failed: return "failed";
    }
    return "?";
}

std::string_view to_string(Rule rule) noexcept {
    switch (rule) {
        case Rule::hold: return "hold";
        case Rule::demand: return "demand";
        case Rule::pin: return "pin";
        case Rule::pressure: return "pressure";
        case Rule::sent_down: return "sent down";
        case Rule::sent_up: return "sent up";
        case Rule::window: return "window";
        case Rule::forecast: return "forecast";
        case Rule::keep_alive: return "keep-alive";
        case Rule::idle: return "idle";
    }
    return "?";
}

std::string_view to_string(Cause cause) noexcept {
    switch (cause) {
        case Cause::demand: return "demand";
        case Cause::preload: return "preload";
        case Cause::schedule: return "schedule";
        case Cause::forecast: return "forecast";
        case Cause::self_warm: return "self-warm";
        case Cause::operators: return "operator";
        case Cause::pressure: return "pressure";
        case Cause::idle: return "idle";
        case Cause::fault: return "fault";
    }
    return "?";
}

}  // namespace samovar::scheduler
