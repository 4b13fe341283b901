// What Keeper has to do with budgets: it tells DeviceMemory what happens, and does what that asks
// for.

#include <algorithm>

#include "daemon/residency/keeper.hpp"
#include "scheduler/residency/outlook.hpp"

namespace samovar::daemon {

// ---- What the dispatcher asks -------------------------------------------------------------------

void Keeper::room_wanted(scheduler::ModelId model, bool to_yield) {
    const std::string& device = dispatcher_.models().at(model)->device;
    if (memory_.has_reserve(device)) watch_.want(!stopped_);
    if (!memory_.gpus_with_limits_to_see().contains(device)) {
        if (device == "cpu") memory_.look_at_machine();
        memory_.budget().ask(model, to_yield, scheduler::Clock::now());
        return carry_out();
    }
    room_asks_[model] = to_yield;
    look_at_gpus({device}, [this, model] {
        const auto ask = room_asks_.extract(model);
        if (ask) memory_.budget().ask(model, ask.mapped(), scheduler::Clock::now());
    });
}

void Keeper::room_forgone(scheduler::ModelId model) {
    room_asks_.erase(model);
    memory_.budget().forgo(model, scheduler::Clock::now());
    carry_out();
}

std::string Keeper::ran_out(const ModelVersion& model) {
    memory_.budget().ran_out(model.id);
    return memory_.holders(model.device);
}

// ---- What the budget asks for -------------------------------------------------------------------

void Keeper::take_wish(scheduler::ModelId model) {
    const auto view = ladder_.view(model);
    const std::optional<scheduler::Wish>& wish = view.standing.wish;
    const scheduler::Now now = clocks_.now();
    const auto wished = [&](scheduler::Wish::Kind kind) {
        return wish && wish->kind == kind && (!wish->until || now.steady < *wish->until);
    };
    const bool by_wish = wished(scheduler::Wish::Kind::pin);
    const bool held = view.rules.held || wished(scheduler::Wish::Kind::hold);
    if (wish && wish->until && now.steady < *wish->until)
        changes_with_time_.insert(model);
    else
        changes_with_time_.erase(model);
    // What is held is never loaded: nobody keeps room for it.
    memory_.budget().set_pinned(model, by_wish || (view.rules.pinned && !held),
                                scheduler::Clock::now());
    dispatcher_.hold(model, held);
}

// ---- What other programs leave ------------------------------------------------------------------

void Keeper::look_at_others() {
    memory_.look_at_machine();
    std::set<std::string> gpus = memory_.gpus();
    std::erase_if(gpus, [this](const std::string& gpu) { return !memory_.watches(gpu); });
    if (!gpus.empty() && !std::exchange(looking_at_gpus_, true))
        look_at_gpus(gpus, [this] { looking_at_gpus_ = false; });
    watch_.want(memory_.watches_any() && !stopped_);
    let_gpus_go();
    carry_out();
}

void Keeper::look_at_gpus(const std::set<std::string>& devices, std::function<void()> then) {
    // While somebody looks again and again the driver stays open.
    gpus_.look(devices, watch_.wanted() || watching_energy_,
               [this, held = memory_.held(), then = std::move(then)](const GpuReadings& readings) {
                   if (memory_.seen(readings, held))
                       for (const auto& [id, model] : dispatcher_.models())
                           foresight_.set_cost(id, cost_of(*model));
                   share_energy(readings);
                   then();
                   carry_out();
               });
}

// The only look that the daemon waits for: whose pins fit is asked next, before it is ready.
void Keeper::look_at_gpus_first() {
    const std::set<std::string> limited = memory_.gpus_with_limits_to_see();
    if (!limited.empty()) memory_.seen(gpus_.look_now(limited), {});
    std::set<std::string> others = memory_.gpus();
    for (const std::string& seen : limited)
        others.erase(seen);
    if (!others.empty()) look_at_gpus(others, [] {});
}

void Keeper::fill(ipc::StatusReport& report) const {
    report.devices = memory_.status();
    for (ipc::DeviceStatus& device : report.devices)
        device.lent = loans_.lent(device.name);
    report.parked = memory_.budget().host_held();
    report.parked_limit = memory_.budget().host_limit();
}

void Keeper::refresh_devices(std::function<void()> then) {
    const scheduler::Time now = scheduler::Clock::now();
    const std::set<std::string> gpus = memory_.gpus();
    if (gpus.empty() || now - gpus_seen_at_ < HostWatch::kInterval) return then();
    look_at_gpus(gpus, [this, then = std::move(then)] {
        gpus_seen_at_ = scheduler::Clock::now();
        then();
    });
}

// Until it is restored, or would have gone anyway.
scheduler::Displaced Keeper::displaced(scheduler::ModelId model, scheduler::Rung to) const {
    const auto view = ladder_.view(model);
    scheduler::Standing standing = view.standing;
    standing.displaced.reset();
    return {to, cold_at(view.rules, standing, rung_of(view.residency), clocks_.now())};
}

void Keeper::perform(const scheduler::Displace& action) {
    ladder_.displace(action.model, displaced(action.model, action.to), clocks_.now());
}

void Keeper::perform(const scheduler::RoomMade& action) {
    dispatcher_.room_made(action.model);
}

void Keeper::perform(const scheduler::NoRoom& action) {
    const ModelPtr& model = dispatcher_.models().at(action.model);
    dispatcher_.no_room(action.model, memory_.refusal(*model, action.shortage));
}

void Keeper::perform(const scheduler::Restore& action) {
    ladder_.restore(action.model, clocks_.now());
    if (loans_.takes_back(name_of(action.model)) && !sent_down(action.model))
        ladder_.warm(action.model, scheduler::Cause::pressure, clocks_.now());
}

// ---- What is lent -------------------------------------------------------------------------------

std::string Keeper::name_of(scheduler::ModelId model) const {
    return dispatcher_.models().at(model)->file.name;
}

// What an operator sent down meanwhile stays there.
bool Keeper::sent_down(scheduler::ModelId model) const {
    const auto view = ladder_.view(model);
    scheduler::Standing standing = view.standing;
    standing.displaced.reset();
    const scheduler::Rule rule = decide(view.rules, standing, clocks_.now()).rule;
    return rule == scheduler::Rule::sent_down || rule == scheduler::Rule::hold;
}

void Keeper::bring_back(const std::string& name) {
    for (const auto& [id, model] : dispatcher_.models()) {
        if (model->file.name != name || records_.at(id)->newest != id || sent_down(id)) continue;
        ladder_.restore(id, clocks_.now());
        ladder_.warm(id, scheduler::Cause::pressure, clocks_.now());
    }
    carry_out();
}

// With those that have left for it: of what may leave a part suffices, where not all is lent.
std::vector<LoanMemory> Keeper::loan_memories() const {
    std::vector<LoanMemory> memories = loans_.memories();
    for (LoanMemory& loan : memories)
        for (const auto& [id, model] : dispatcher_.models())
            if (model->device == loan.device && records_.at(id)->newest == id &&
                loans_.returning().contains(model->file.name) &&
                ladder_.view(id).residency != scheduler::Residency::hot)
                loan.left.push_back(model->file.name);
    return memories;
}

}  // namespace samovar::daemon
