#include "scheduler/budget/budget.hpp"

#include <algorithm>

namespace samovar::scheduler {
namespace {

// What a load is thought to take before one was timed: a disk of 1 GB/s, and the code.
double guessed_cost(Bytes bytes) {
    return 0.1 + static_cast<double>(bytes) / 1e9;
}

}  // namespace

// ---- Devices and models -------------------------------------------------------------------------

DeviceId Budget::add_device() {
    devices_.emplace_back();
    return static_cast<DeviceId>(devices_.size() - 1);
}

void Budget::set_limit(DeviceId device, Bytes limit, Time now) {
    if (std::exchange(devices_.at(device).limit, limit) != limit) review(device, now);
}

void Budget::set_host_limit(Bytes limit, Time now) {
    host_limit_ = limit;
    relieve_host(now);
}

void Budget::add(ModelId id, DeviceId device, Bytes estimate, std::optional<ModelId> instead_of) {
    Model& model = models_[id];
    model.device = device;
    model.on_device = estimate;
    model.cost = guessed_cost(estimate);
    devices_.at(device).models.insert(id);
    if (const auto old = models_.find(instead_of.value_or(id));
        instead_of && old != models_.end()) {
        model.usage = old->second.usage;
        model.last_use = old->second.last_use;
        // The old one is on its way out, whatever was said of it.
        old->second.pinned = false;
        devices_.at(old->second.device).displaced.erase(*instead_of);
    }
}

void Budget::remove(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    forgo(id, now);
    moved(id, Residency::cold, now);
    const DeviceId device = found->second.device;
    end_shortage(devices_[device], id);
    devices_[device].models.erase(id);
    devices_[device].displaced.erase(id);
    models_.erase(found);
}

void Budget::set_pinned(ModelId id, bool pinned, Time now) {
    Model& model = models_.at(id);
    if (std::exchange(model.pinned, pinned) == pinned) return;
    review(model.device, now);
}

void Budget::measured(ModelId id, Bytes on_device, Bytes on_host, Duration load_time, Time now) {
    Model& model = models_.at(id);
    model.on_device = on_device;
    model.on_host = on_host;
    model.measured = true;
    if (load_time > Duration::zero()) model.cost = std::chrono::duration<double>(load_time).count();
    charge(model);
    review(model.device, now);
}

// ---- What happened ------------------------------------------------------------------------------

void Budget::job_came(ModelId id, Time now) {
    Model& model = models_.at(id);
    ++model.jobs;
    model.guest = false;
    model.usage.call(now);
    model.last_use = now;
}

void Budget::job_ended(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    Model& model = found->second;
    if (model.jobs > 0) --model.jobs;
    model.last_use = now;
    if (model.jobs == 0) review(model.device, now);
}

void Budget::moved(ModelId id, Residency residency, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.residency == residency) return;
    Model& model = found->second;
    Device& device = devices_[model.device];
    const bool comes = residency == Residency::loading || residency == Residency::waking;
    if (comes && std::exchange(model.room, Room::none) == Room::asked)
        std::erase_if(device.waits, [&](const Wait& wait) { return wait.model == id; });
    model.residency = residency;
    model.leaving = false;
    if (residency == Residency::hot || residency == Residency::failed) end_shortage(device, id);
    if (residency == Residency::hot) {
        model.last_use = now;
        device.displaced.erase(id);
    }
    charge(model);
    relieve_host(now);
    review(model.device, now);
    if (residency == Residency::hot) model.guest = false;  // it fits, or leaves
}

void Budget::settled(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end()) return;
    end_shortage(devices_[found->second.device], id);
    if (!std::exchange(found->second.leaving, false)) return;
    charge(found->second);
    review(found->second.device, now);
}

// Sets the accounts right after any change to a model.
void Budget::charge(Model& model) {
    Device& device = devices_[model.device];
    device.held -= model.charged;
    device.going -= model.charged_going;
    host_held_ -= model.charged_host;
    switch (model.residency) {
        case Residency::unloading: break;  // as much as where it comes from
        case Residency::loading:
        case Residency::hot:
            model.charged = model.on_device;
            model.charged_host = 0;
            break;
        case Residency::parking:
        case Residency::waking:
            model.charged = model.on_device;
            model.charged_host = model.on_host;
            break;
        case Residency::parked:
        case Residency::cold:
        case Residency::failed:
            model.charged = model.room == Room::granted ? model.on_device : 0;
            model.charged_host = model.residency == Residency::parked ? model.on_host : 0;
            break;
    }
    model.charged_going = model.goes() ? model.charged : 0;
    device.held += model.charged;
    device.going += model.charged_going;
    host_held_ += model.charged_host;
}

// ---- Loads --------------------------------------------------------------------------------------

void Budget::ask(ModelId id, bool to_yield, Time now) {
    Model& model = models_.at(id);
    if (model.room != Room::none) return;
    model.room = Room::asked;
    model.guest = !to_yield && model.jobs == 0;
    const auto until = to_yield ? std::optional(now + kPatience) : std::nullopt;
    devices_[model.device].waits.push_back({id, until});
    review(model.device, now);
}

void Budget::ran_out(ModelId id) {
    const Model& model = models_.at(id);
    Device& device = devices_[model.device];
    device.short_of = id;
    device.there_was = device.held - model.charged;
    // How much is free beside that is not known. So where somebody can leave, all of them are
    // enough to try.
    Bytes idle = 0;
    for (const ModelId other : device.models)
        if (models_.at(other).may_leave(Residency::hot)) idle += models_.at(other).charged;
    if (idle > 0)
        device.there_was = std::max(device.there_was, device.there_was - idle + model.on_device);
}

void Budget::end_shortage(Device& device, ModelId of) {
    if (device.short_of == of) device.short_of.reset();
}

void Budget::forgo(ModelId id, Time now) {
    const auto found = models_.find(id);
    if (found == models_.end() || found->second.room == Room::none) return;
    Model& model = found->second;
    model.room = Room::none;
    end_shortage(devices_[model.device], id);
    std::erase_if(devices_[model.device].waits, [&](const Wait& wait) { return wait.model == id; });
    charge(model);
    review(model.device, now);
}

// Every change of a device's account ends here.
void Budget::review(DeviceId id, Time now) {
    Device& device = devices_[id];
    Bytes reserved = 0;
    for (auto wait = device.waits.begin(); wait != device.waits.end();)
        wait = serve(id, *wait, reserved, now) ? device.waits.erase(wait) : std::next(wait);
    relieve(device, now);
    if (device.waits.empty() && !device.short_of && !device.displaced.empty()) restore(device, now);
}

// True when the load has its answer. `reserved`: for those before it, who wait for models to leave.
bool Budget::serve(DeviceId id, const Wait& wait, Bytes& reserved, Time now) {
    Device& device = devices_[id];
    Model& model = models_.at(wait.model);
    const Bytes needed = device.held + reserved + model.on_device;
    const Bytes limit =
        device.short_of == wait.model ? std::min(device.limit, device.there_was) : device.limit;
    if (needed <= limit) {
        model.room = Room::granted;
        charge(model);
        actions_.push_back(RoomMade{wait.model});
        return true;
    }
    const bool waits = wait.until && now < *wait.until;
    if (waits) {
        const Bytes missing = less(less(needed, device.going), limit);
        const Choice choice =
            missing > 0 ? choose(idle_of(device, now), missing, less(host_limit_, host_held_))
                        : Choice{};
        if (choice.freed >= missing) {
            displace(choice.steps);
            reserved += model.on_device;
            return false;
        }
    }
    // Models that work may rest soon; nothing leaves for a load that they stand in the way of.
    Shortage shortage = account(id, model.on_device);
    shortage.limit = limit;
    if (waits && shortage.pinned + model.on_device <= limit) return false;
    model.room = Room::none;
    end_shortage(device, wait.model);
    actions_.push_back(NoRoom{wait.model, shortage});
    return true;
}

void Budget::relieve(Device& device, Time now) {
    const auto over = [&] { return less(less(device.held, device.going), device.limit); };
    if (over() == 0) return;
    // Guests leave first, those that are still on their way as soon as they are here.
    Bytes coming = 0;
    std::vector<Candidate> guests;
    for (const ModelId id : device.models) {
        const Model& model = models_.at(id);
        if (model.guest && model.comes()) coming += model.charged;
        if (model.guest && model.may_leave(Residency::hot)) guests.push_back(candidate(id, now));
    }
    relieve_by(std::move(guests), over());
    relieve_by(idle_of(device, now), less(over(), coming));
}

void Budget::relieve_by(std::vector<Candidate> idle, Bytes over) {
    if (over > 0) displace(choose(std::move(idle), over, less(host_limit_, host_held_)).steps);
}

// Parked models of the least worth are unloaded until the others fit.
void Budget::relieve_host(Time now) {
    if (host_held_ <= host_limit_) return;
    Bytes left = host_held_;
    std::vector<Candidate> parked;
    for (const auto& [id, model] : models_) {
        if (model.goes() && model.residency != Residency::parking) left -= model.charged_host;
        if (!model.may_leave(Residency::parked)) continue;
        Candidate& last = parked.emplace_back(candidate(id, now));
        last.on_device = model.on_host;
        last.can_park = false;
    }
    displace(choose(std::move(parked), less(left, host_limit_), 0).steps);
}

void Budget::displace(const std::vector<Displace>& steps) {
    for (const Displace& step : steps) {
        Model& model = models_.at(step.model);
        model.leaving = true;
        charge(model);
        devices_[model.device].displaced.insert(step.model);
        actions_.push_back(step);
    }
}

// Those worth most come first; one that does not fit leaves its place to a smaller one. What comes
// for the first time may be larger than is thought: it is waited for.
void Budget::restore(Device& device, Time now) {
    for (const ModelId id : device.models)
        if (const Model& model = models_.at(id); model.comes() && !model.measured) return;
    Bytes room = less(device.limit, device.held);
    std::vector<Candidate> away;
    for (const ModelId id : device.displaced)
        if (const Model& model = models_.at(id);
            is_at_rest(model.residency) && !model.goes() && model.on_device <= room)
            away.push_back(candidate(id, now));
    std::sort(away.begin(), away.end(),
              [](const Candidate& a, const Candidate& b) { return a.worth() > b.worth(); });
    for (const Candidate& model : away) {
        if (model.on_device > room) continue;
        room -= model.on_device;
        device.displaced.erase(model.model);
        actions_.push_back(Restore{model.model});
    }
}

std::vector<Candidate> Budget::idle_of(const Device& device, Time now) const {
    std::vector<Candidate> idle;
    for (const ModelId id : device.models)
        if (models_.at(id).may_leave(Residency::hot)) idle.push_back(candidate(id, now));
    return idle;
}

Candidate Budget::candidate(ModelId id, Time now) const {
    const Model& model = models_.at(id);
    return {id,         model.on_device, model.on_host, model.can_park, model.usage.at(now),
            model.cost, model.last_use};
}

std::vector<ModelId> Budget::evictable(DeviceId device) const {
    std::vector<ModelId> all;
    for (const ModelId id : devices_[device].models)
        if (const Model& model = models_.at(id); model.residency == Residency::hot && !model.pinned)
            all.push_back(id);
    return all;
}

Bytes Budget::pinned(DeviceId device, ModelId beside) const {
    Bytes sum = 0;
    for (const ModelId id : devices_[device].models)
        if (const Model& model = models_.at(id); model.pinned && id != beside)
            sum += model.on_device;
    return sum;
}

Shortage Budget::account(DeviceId id, Bytes wanted) const {
    Shortage shortage{wanted, devices_[id].limit, 0, 0, 0};
    for (const ModelId model_id : devices_[id].models) {
        const Model& model = models_.at(model_id);
        const bool rests = is_at_rest(model.residency) && !model.goes() && model.jobs == 0 &&
                           model.room == Room::none;
        Bytes& share = model.pinned ? shortage.pinned : rests ? shortage.idle : shortage.busy;
        share += model.charged;
    }
    return shortage;
}

// ---- Time ---------------------------------------------------------------------------------------

std::optional<Time> Budget::next_tick() const {
    std::optional<Time> next;
    for (const Device& device : devices_)
        for (const Wait& wait : device.waits)
            if (wait.until) next = next ? std::min(*next, *wait.until) : *wait.until;
    return next;
}

void Budget::tick(Time now) {
    for (DeviceId id = 0; id < devices_.size(); ++id)
        if (!devices_[id].waits.empty()) review(id, now);
}

}  // namespace samovar::scheduler
