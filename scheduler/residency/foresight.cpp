#include "scheduler/residency/foresight.hpp"

#include <algorithm>

namespace samovar::scheduler {
namespace {

// Longer than any forecast looks.
constexpr int kForEver = 1'000'000;

Minute minute_of(Instant now) {
    return std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
}

Terms terms_of(const Foresight::Cost& cost) {
    Terms terms;
    terms.price.idle_minute =
        cost.price.value_or(automatic_price(cost.bytes, cost.device_bytes, cost.load_time));
    terms.price.load = kUsualLoadPrice;
    terms.keep_alive = kForEver;
    if (cost.keep_alive)
        terms.keep_alive = static_cast<int>(std::min<std::int64_t>(
            std::chrono::ceil<std::chrono::minutes>(*cost.keep_alive).count(), kForEver));
    terms.ahead = minutes_ahead(cost.load_time);
    return terms;
}

}  // namespace

void Foresight::add(ModelId id, const Cost& cost, std::optional<ModelId> instead_of) {
    Model& model = models_[id];
    if (const auto old = models_.find(instead_of.value_or(id));
        instead_of && old != models_.end()) {
        model.forecast = old->second.forecast;
        model.called = old->second.called;
    }
    model.terms = terms_of(cost);
}

void Foresight::remove(ModelId id) {
    models_.erase(id);
}

void Foresight::set_cost(ModelId id, const Cost& cost) {
    if (const auto found = models_.find(id); found != models_.end())
        found->second.terms = terms_of(cost);
}

void Foresight::called(ModelId id) {
    if (const auto found = models_.find(id); found != models_.end()) found->second.called = true;
}

std::optional<Instant> Foresight::next_tick() const {
    if (models_.empty() || !running_) return std::nullopt;
    return Instant(std::chrono::minutes(*running_ + 1));
}

std::vector<Foresight::Word> Foresight::tick(Instant now, const IsHot& is_hot) {
    const Minute running = minute_of(now);
    const Minute ended = running_.value_or(running);
    running_ = running;
    if (running <= ended) return {};
    std::vector<Word> words;
    words.reserve(models_.size());
    for (auto& [id, model] : models_) {
        model.forecast.observe(ended, model.called, model.terms);
        // After a pause the next minute is this one, and not the one after the last that was seen.
        if (running - ended > 1) model.forecast.observe(running - 1, false, model.terms);
        const bool hot = model.called || is_hot(id);
        model.called = false;
        words.push_back({id, model.forecast.wants_hot(hot, model.terms)});
    }
    return words;
}

Foresight::View Foresight::view(ModelId id) const {
    const Model& model = models_.at(id);
    return {model.forecast.forecast().chance(), model.terms.price.idle_minute,
            model.forecast.follows(), model.called};
}

std::optional<ForecastSnapshot> Foresight::snapshot(ModelId id) const {
    const auto found = models_.find(id);
    if (found == models_.end()) return std::nullopt;
    return found->second.forecast.snapshot();
}

void Foresight::restore(ModelId id, const ForecastSnapshot& snapshot) {
    models_.at(id).forecast = GuardedForecast::restore(snapshot);
}

}  // namespace samovar::scheduler
