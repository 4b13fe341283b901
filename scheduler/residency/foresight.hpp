#pragma once
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "scheduler/forecast/guarded_forecast.hpp"
#include "scheduler/forecast/snapshot.hpp"
#include "scheduler/residency/rules.hpp"

namespace samovar::scheduler {

// Which models are worth being hot in the coming minute: a forecast for each that is watched, told
// of every minute of the wall's clock. A pure machine beside the Ladder, which is given its words.
// Not thread-safe.
class Foresight {
  public:
    // What hot minutes of a model cost, and what they spare.
    struct Cost {
        std::optional<double> price;  // of an idle minute, cold starts; none: of what follows
        KeepAlive keep_alive;         // what the forecast must not be worse than
        std::uint64_t bytes = 0, device_bytes = 0;
        Duration load_time{};
    };
    struct Word {
        ModelId model;
        bool called_soon;
    };
    // Whether a model is hot now.
    using IsHot = std::function<bool(ModelId)>;

    // Watched from now on; with what `instead_of` knew, where that is watched.
    void add(ModelId model, const Cost& cost, std::optional<ModelId> instead_of = std::nullopt);
    void remove(ModelId model);
    // Ignored for what is not watched.
    void set_cost(ModelId model, const Cost& cost);
    bool watches(ModelId model) const { return models_.contains(model); }

    // A job came, after tick() was told the time. It is hot until the minute ends.
    void called(ModelId model);

    // When the running minute ends; none while nothing is watched, or before the first tick().
    std::optional<Instant> next_tick() const;
    // Where a minute has ended: what each model's forecast says of the next one. Minutes in which
    // nobody asked (the machine slept) were not seen. A clock that was set back begins its minute
    // anew.
    std::vector<Word> tick(Instant now, const IsHot& is_hot);

    struct View {
        double chance;  // of a call in the minute after the last one that ended
        double price;   // of an idle minute, cold starts
        Guide follows;
        bool called;  // in the minute that runs: it is hot until that ends
    };
    View view(ModelId model) const;

    // What the model has learned, for a file; none for what is not watched.
    std::optional<ForecastSnapshot> snapshot(ModelId model) const;
    // Throws std::invalid_argument, and leaves it as it was.
    void restore(ModelId model, const ForecastSnapshot& snapshot);

  private:
    struct Model {
        GuardedForecast forecast;
        Terms terms{};
        bool called = false;  // in the running minute
    };
    std::map<ModelId, Model> models_;
    std::optional<Minute> running_;
};

}  // namespace samovar::scheduler
