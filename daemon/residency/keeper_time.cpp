// What comes of time: the ladder's alarms, the forecasts' minutes, the clock that a test gives, and
// what is written down for the next life of the daemon.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "daemon/residency/keeper.hpp"

namespace samovar::daemon {
namespace {

// The wall's clock can be set, and the machine can sleep: nobody looks at the calendar more rarely.
constexpr std::chrono::minutes kLongestSleep{1};
// The clocks drift apart by less than this in a minute, unless somebody sets one, or both stand
// still while the machine sleeps.
constexpr std::chrono::seconds kWallWasSet{2};
// What a death of the daemon can lose, at most.
constexpr std::chrono::minutes kRememberWithin{1};
// And of the time that models were hot without a call: nobody writes every minute for that alone.
constexpr std::chrono::minutes kRememberIdlenessWithin{10};
// How long a model that is gone is remembered.
constexpr std::chrono::hours kForgetAfter{30 * 24};

}  // namespace

void Keeper::carry_out() {
    for (;;) {
        const auto moves = ladder_.take();
        for (const scheduler::LadderAction& action : moves) {
            if (stopped_) break;
            if (const auto* move = std::get_if<scheduler::Move>(&action))
                dispatcher_.move(move->model, move->to, move->cause, move->presses);
            if (const auto* self_warm = std::get_if<scheduler::SelfWarm>(&action))
                warm(self_warm->model);
        }
        const auto changes = memory_.budget().take();
        for (const scheduler::BudgetAction& action : changes)
            std::visit(
                [this](const auto& what) {
                    if (dispatcher_.models().contains(what.model)) perform(what);
                },
                action);
        if (moves.empty() && changes.empty()) break;
    }
    loans_.review();
    arm_timer();
}

void Keeper::warm(scheduler::ModelId model) {
    const auto found = dispatcher_.models().find(model);
    if (found != dispatcher_.models().end()) synthetic_.run(found->second);
}

void Keeper::arm_timer() {
    if (stopped_) return;
    std::optional<scheduler::Time> due = ladder_.next_tick();
    const auto at = [&due](scheduler::Time time) { due = due ? std::min(*due, time) : time; };
    if (const auto minute = foresight_.next_tick()) at(clocks_.now().at(*minute));
    if (const auto end = calls_.next_end_ms())
        at(clocks_.now().at(scheduler::Instant(std::chrono::seconds(*end / 1000))));
    if (remember_at_) at(*remember_at_);
    const std::optional<scheduler::Time> patience = memory_.budget().next_tick();
    if (!due && !patience) return;
    scheduler::Time next = scheduler::Clock::now() + kLongestSleep;
    if (due) next = std::min(next, clocks_.on_machine(*due));
    if (patience) next = std::min(next, *patience);
    // An earlier alarm than needed is left as it is: keep-alives move with every job.
    if (timer_at_ && *timer_at_ <= next) return;
    timer_at_ = next;
    timer_.expires_at(next);
    timer_.async_wait([this](boost::system::error_code fault) {
        if (fault) return;
        timer_at_.reset();
        tick();
    });
}

void Keeper::tick() {
    const scheduler::Now now = clocks_.now();
    const scheduler::Duration ahead = now.wall_ahead();
    if (std::chrono::abs(ahead - std::exchange(wall_ahead_, ahead)) > kWallWasSet) {
        spdlog::info("the clock was set, or the machine slept: the calendar is looked at again");
        ladder_.wall_was_set(now);
    }
    look_ahead(now);
    ladder_.tick(now);
    for (const scheduler::ModelId model : std::set(changes_with_time_))
        take_wish(model);
    memory_.budget().tick(scheduler::Clock::now());
    keep_calls(calls_.take(in_ms(now.wall.time_since_epoch())));
    if (remember_at_ && *remember_at_ <= now.steady) {
        remember_at_.reset();
        remember();
    }
    carry_out();
}

// ---- The forecasts ------------------------------------------------------------------------------

void Keeper::look_ahead(const scheduler::Now& now) {
    const auto is_hot = [this](scheduler::ModelId model) {
        return ladder_.view(model).residency == scheduler::Residency::hot;
    };
    for (const auto& word : foresight_.tick(now.instant(), is_hot))
        ladder_.set_forecast(word.model, word.called_soon, std::nullopt, now);
}

scheduler::Foresight::Cost Keeper::cost_of(const ModelVersion& model) const {
    const scheduler::ResidencyRules& rules = model.file.residency;
    // Without a budget all that the device has; the machine's stands in for a GPU's until it is
    // seen.
    const scheduler::Bytes limit = memory_.limit_of(model.device);
    const scheduler::Bytes total = memory_.total_of(model.device);
    const scheduler::Bytes machine = memory_.total_of("cpu");
    return {.price = rules.price,
            .keep_alive = rules.keep_alive,
            .bytes = model.held_bytes > 0 ? model.held_bytes : model.artefact_bytes,
            .device_bytes = limit < scheduler::kUnlimited ? limit
                            : total > 0                   ? total
                                                          : machine,
            .load_time = ladder_.view(model.id).standing.lead};
}

// ---- From one life of the daemon to the next ----------------------------------------------------

void Keeper::recall(StateFolder state) {
    State read = state.read_state();
    remembered_ = std::move(read.models);
    loans_then_ = std::move(read.loans);
    events_.recall(state.read_events(EventLog::kCapacity));
    state.read_calls([this](const ipc::Event& minute) { calls_.recall(minute); });
    state_.emplace(std::move(state));
}

void Keeper::recall(const ModelVersion& model, const scheduler::Now& now) {
    const auto found = remembered_.find(model.file.name);
    if (found == remembered_.end()) return;
    const scheduler::Memory& memory = found->second.memory;
    ladder_.recall(model.id, memory, now);
    records_.at(model.id)->warmth.recall(memory.warmth, now);
    foresight_.set_cost(model.id, cost_of(model));
    if (!memory.forecast || !foresight_.watches(model.id)) return;
    try {
        foresight_.restore(model.id, *memory.forecast);
    } catch (const std::invalid_argument& fault) {
        spdlog::warn("model {}: {}", model.file.name, fault.what());
    }
}

void Keeper::keep_event(const ipc::Event& event) {
    if (!state_) return;
    writes_of_events_.ended(state_->write_event(event));
}

void Keeper::keep_calls(const std::vector<ipc::Event>& minutes) {
    if (!state_ || minutes.empty()) return;
    writes_of_calls_.ended(state_->write_calls(minutes));
}

Remembered Keeper::memory_of(scheduler::ModelId model, const scheduler::Now& now) const {
    scheduler::Memory memory = ladder_.memory(model, now);
    memory.forecast = foresight_.snapshot(model);
    memory.warmth = records_.at(model)->warmth.memory(now);
    return {std::move(memory), now.wall};
}

ipc::Bytes Keeper::memories() {
    const scheduler::Now now = clocks_.now();
    for (const auto& [id, model] : dispatcher_.models())
        remembered_.insert_or_assign(model->file.name, memory_of(id, now));
    std::erase_if(remembered_,
                  [&](const auto& entry) { return entry.second.at < now.wall - kForgetAfter; });
    return encode_state({remembered_, loans_then_.empty() ? loan_memories() : loans_then_});
}

void Keeper::remember_soon() {
    remember_by(clocks_.now().steady + kRememberWithin);
}

void Keeper::remember_by(scheduler::Time time) {
    if (state_) remember_at_ = remember_at_ ? std::min(*remember_at_, time) : time;
}

void Keeper::remember_all() {
    keep_calls(calls_.take_all());
    remember();
}

// The thread for disks takes one after the other, and is waited for at the end.
void Keeper::remember() {
    if (!state_) return;
    const bool idleness_goes_on =
        std::any_of(dispatcher_.models().begin(), dispatcher_.models().end(), [&](const auto& m) {
            return ladder_.view(m.first).residency == scheduler::Residency::hot;
        });
    if (idleness_goes_on) remember_by(clocks_.now().steady + kRememberIdlenessWithin);
    asio::post(disk_,
               [this, file = memories()] { writes_of_memories_.ended(state_->write_state(file)); });
}

// ---- A clock that a test gives ------------------------------------------------------------------

void Keeper::follow_clock(int fd) {
    clock_.assign(fd);
    read_clock();
}

void Keeper::read_clock() {
    asio::async_read(clock_, asio::buffer(&leap_ns_, sizeof leap_ns_),
                     [this](boost::system::error_code fault, std::size_t) {
                         if (fault) return;
                         clocks_.leap(std::chrono::nanoseconds(leap_ns_));
                         timer_at_.reset();
                         tick();
                         asio::write(clock_, asio::buffer(&leap_ns_, sizeof leap_ns_), fault);
                         if (!fault) read_clock();
                     });
}

}  // namespace samovar::daemon
