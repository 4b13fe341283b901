#include "daemon/residency/keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/models/residency_rules.hpp"
#include "scheduler/residency/explain.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Cause;
using scheduler::Residency;

// The wall's clock can be set, and the machine can sleep: nobody looks at the calendar more rarely.
constexpr std::chrono::minutes kLongestSleep{1};
constexpr std::chrono::hours kLongestWish{365 * 24};

// The clocks drift apart by less than this in a minute, unless somebody sets one, or both stand
// still while the machine sleeps.
constexpr std::chrono::seconds kWallWasSet{2};

scheduler::Duration ahead_of_steady(const scheduler::Now& now) {
    return now.wall.time_since_epoch() - now.steady.time_since_epoch();
}

std::uint64_t in_ms(scheduler::Duration time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

Keeper::Keeper(const asio::any_io_executor& loop, Dispatcher& dispatcher,
               const BudgetOptions& budgets)
    : dispatcher_(dispatcher),
      memory_(budgets),
      loans_(loop, memory_, [this] { carry_out(); }),
      watch_(loop, budgets, [this] { look_at_others(); }),
      timer_(loop),
      clock_(loop),
      wall_ahead_(ahead_of_steady(clocks_.now())) {
    dispatcher_.watcher = this;
}

void Keeper::preload() {
    std::vector<ModelPtr> models;
    for (const auto& [id, model] : dispatcher_.models())
        if (model->file.residency.preload) models.push_back(model);
    // The cheapest first: most models are up soonest so.
    std::stable_sort(models.begin(), models.end(), [](const ModelPtr& a, const ModelPtr& b) {
        return a->artefact_bytes < b->artefact_bytes;
    });
    for (const ModelPtr& model : models)
        ladder_.warm(model->id, Cause::preload, clocks_.now());
    carry_out();
}

void Keeper::stop() {
    stopped_ = true;
    timer_.cancel();
    loans_.stop();
    watch_.stop();
    boost::system::error_code ignored;
    clock_.close(ignored);
}

void Keeper::wished_for(const ModelVersion& model, scheduler::Wish::Kind kind) {
    ladder_.wish(model.id, kind, std::nullopt, clocks_.now());
    take_pin(model.id);
    carry_out();
}

std::optional<Error> Keeper::refusal(const ModelVersion& model) const {
    const auto view = ladder_.view(model.id);
    if (decide(view.rules, view.standing, clocks_.now()).rule != scheduler::Rule::hold)
        return std::nullopt;
    return Error{Errc::not_permitted,
                 "model \"" + model.file.name + "\" is held: it is never loaded",
                 view.rules.held ? "remove hold = true from its model.toml, then `samovar reload`"
                                 : "`samovar release " + model.file.name + "` takes that back",
                 0, 0};
}

Result<void> Keeper::wish(const ModelVersion& model, ipc::Wish wish,
                          std::chrono::milliseconds length) {
    using Kind = scheduler::Wish::Kind;
    const std::string name = "model \"" + model.file.name + "\"";
    const scheduler::Now now = clocks_.now();
    if (length > kLongestWish)
        return Error{Errc::invalid_argument, "a wish for longer than 365 days",
                     "leave its length out for one without an end", 0, 0};
    std::optional<scheduler::Duration> end;
    if (length.count() > 0) end = length;
    Kind kind{};
    switch (wish) {
        case ipc::Wish::load: kind = Kind::load; break;
        case ipc::Wish::park: kind = Kind::park; break;
        case ipc::Wish::unload: kind = Kind::unload; break;
        case ipc::Wish::pin: kind = Kind::pin; break;
        case ipc::Wish::hold: kind = Kind::hold; break;
        case ipc::Wish::release:
            if (!ladder_.take_back(model.id, Kind::pin, now) &&
                !ladder_.take_back(model.id, Kind::hold, now))
                return Error{Errc::invalid_argument, "nobody has pinned or held " + name,
                             "what its model.toml says is changed there, then `samovar reload`", 0,
                             0};
            take_pin(model.id);
            carry_out();
            return {};
        default:
            return Error{Errc::invalid_argument,
                         "wish " + std::to_string(static_cast<unsigned>(wish)) + " is not known",
                         "docs/protocol.md lists those there are", 0, 0};
    }
    if (kind == Kind::load || kind == Kind::pin)
        if (std::optional<Error> held = refusal(model)) return *held;
    if (kind == Kind::pin)
        if (std::optional<Error> refused = memory_.pin_refusal(model)) return *refused;
    if (kind == Kind::park)
        if (std::optional<Error> refused = not_parkable(model)) return *refused;
    ladder_.wish(model.id, kind, end, now);
    take_pin(model.id);
    carry_out();
    return {};
}

std::optional<Error> Keeper::not_parkable(const ModelVersion& model) const {
    const auto view = ladder_.view(model.id);
    const std::string what = "model \"" + model.file.name + "\" cannot be parked: ";
    if (view.residency != Residency::hot)
        return Error{Errc::invalid_argument,
                     what + "it is " + std::string(to_string(view.residency)),
                     "only what is hot can be parked", 0, 0};
    if (!view.standing.can_park)
        return Error{Errc::invalid_argument,
                     what + "off its device it would hold as much memory as on it",
                     "`samovar unload " + model.file.name + "` gives that back", 0, 0};
    return std::nullopt;
}

ipc::Explanation Keeper::explain(const ModelVersion& model) const {
    const auto view = ladder_.view(model.id);
    const scheduler::Now now = clocks_.now();
    const scheduler::Verdict verdict = decide(view.rules, view.standing, now);
    ipc::Explanation explanation;
    explanation.residency = to_wire(view.residency);
    explanation.cause = to_string(view.cause);
    if (view.since) explanation.since_ms = in_ms(now.steady - *view.since);
    explanation.rung = to_string(verdict.rung);
    explanation.rule = to_string(verdict.rule);
    if (const auto next = outlook(view.rules, view.standing, now)) {
        explanation.changes = true;
        explanation.next_ms = in_ms(next->when - now.steady);
        explanation.next_rung = to_string(next->verdict.rung);
        explanation.next_rule = to_string(next->verdict.rule);
    }
    explanation.text = scheduler::explain(model.file.name, view, now, machine_zone());
    explanation.text.resize(std::min(explanation.text.size(), kMaxTextBytes));
    return explanation;
}

// ---- What the dispatcher does -------------------------------------------------------------------

void Keeper::version_added(const ModelVersion& model,
                           std::optional<scheduler::ModelId> instead_of) {
    // The account first: a rule may want it hot at once.
    memory_.add(model, instead_of, scheduler::Clock::now());
    ladder_.add(model.id, model.file.residency, clocks_.now(), instead_of);
    take_pin(model.id);
    carry_out();
}

void Keeper::version_gone(scheduler::ModelId model) {
    ladder_.remove(model);
    memory_.budget().remove(model, scheduler::Clock::now());
    pinned_for_a_time_.erase(model);
}

void Keeper::job_came(scheduler::ModelId model) {
    memory_.budget().job_came(model, scheduler::Clock::now());
    ladder_.job_came(model, std::nullopt, clocks_.now());
}

void Keeper::job_ended(scheduler::ModelId model, bool ran) {
    ladder_.job_ended(model, ran, clocks_.now());
    memory_.budget().job_ended(model, scheduler::Clock::now());
    carry_out();
}

void Keeper::moved(const ModelVersion& model, const scheduler::ModelMoved& move) {
    const scheduler::Now now = clocks_.now();
    const auto since = ladder_.view(model.id).since;
    ipc::Event event;
    event.at_ms = in_ms(now.wall.time_since_epoch());
    event.model = model.file.name;
    event.from = to_wire(move.from);
    event.to = to_wire(move.to);
    event.cause = to_string(move.cause);
    if (since && !is_at_rest(move.from))
        event.took_ns = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(now.steady - *since).count());
    event.bytes = model.last_load.weight_bytes;
    spdlog::debug("model {} version {}: {} -> {} ({}) after {} ms", model.file.name, model.version,
                  to_string(move.from), to_string(move.to), event.cause, event.took_ns / 1'000'000);
    events_.add(std::move(event));
    memory_.budget().moved(model.id, move.to, scheduler::Clock::now());
    ladder_.moved(model.id, move.to, move.cause, now);
    carry_out();
}

void Keeper::settled(const ModelVersion& model, scheduler::Residency residency, bool moves_on) {
    if (moves_on) return;
    ladder_.settled(model.id, residency, clocks_.now());
    memory_.budget().settled(model.id, scheduler::Clock::now());
    carry_out();
}

void Keeper::loaded(const ModelVersion& model, bool can_park) {
    const scheduler::Now now = clocks_.now();
    memory_.loaded(model, can_park, scheduler::Clock::now());
    ladder_.set_can_park(model.id, can_park, now);
    ladder_.set_lead(model.id, std::chrono::nanoseconds(model.last_load.total_ns), now);
    carry_out();
}

void Keeper::park_refused(const ModelVersion& model) {
    memory_.budget().set_can_park(model.id, false);
    ladder_.set_can_park(model.id, false, clocks_.now());
    carry_out();
}

// ---- What the ladder asks for -------------------------------------------------------------------

void Keeper::carry_out() {
    for (;;) {
        const auto moves = ladder_.take();
        for (const scheduler::LadderAction& action : moves)
            if (const auto* move = std::get_if<scheduler::Move>(&action); move && !stopped_)
                dispatcher_.move(move->model, move->to, move->cause);
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

void Keeper::arm_timer() {
    const std::optional<scheduler::Time> due = ladder_.next_tick();
    const std::optional<scheduler::Time> patience = memory_.budget().next_tick();
    if ((!due && !patience) || stopped_) return;
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
    const scheduler::Duration ahead = ahead_of_steady(now);
    if (std::chrono::abs(ahead - std::exchange(wall_ahead_, ahead)) > kWallWasSet) {
        spdlog::info("the clock was set, or the machine slept: the calendar is looked at again");
        ladder_.wall_was_set(now);
    }
    ladder_.tick(now);
    for (const scheduler::ModelId model : std::set(pinned_for_a_time_))
        take_pin(model);
    memory_.budget().tick(scheduler::Clock::now());
    carry_out();
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
