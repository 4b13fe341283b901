#include "scheduler/budget/plan.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace samovar::scheduler {

void Usage::call(Time now) {
    calls = at(now) + 1;
    last = now;
}

double Usage::at(Time now) const {
    if (calls == 0) return 0;
    return calls * std::exp2(-std::chrono::duration<double>(now - last) / kHalfLife);
}

double Candidate::worth() const {
    return calls * cost / static_cast<double>(std::max<Bytes>(on_device, 1));
}

Choice choose(std::vector<Candidate> idle, Bytes needed, Bytes host_free) {
    std::erase_if(idle, [](const Candidate& model) { return model.on_device == 0; });
    // Among those of equal worth the one leaves that was used longest ago, and the largest of
    // these.
    std::sort(idle.begin(), idle.end(), [](const Candidate& a, const Candidate& b) {
        return std::tuple(a.worth(), a.last_use, b.on_device, a.model) <
               std::tuple(b.worth(), b.last_use, a.on_device, b.model);
    });
    Bytes freed = 0;
    std::size_t count = 0;
    while (count < idle.size() && freed < needed)
        freed += idle[count++].on_device;
    idle.resize(count);
    // A large one that came last may have made small ones before it needless.
    for (auto model = idle.end(); model != idle.begin();) {
        --model;
        if (freed < needed || freed - model->on_device < needed) continue;
        freed -= model->on_device;
        model = idle.erase(model);
    }
    Choice choice;
    choice.freed = freed;
    for (const Candidate& model : idle) {
        const bool parks = model.can_park && model.on_host <= host_free;
        if (parks) host_free -= model.on_host;
        choice.steps.push_back({model.model, parks ? Rung::parked : Rung::cold});
    }
    return choice;
}

}  // namespace samovar::scheduler
