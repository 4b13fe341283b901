#include "daemon/residency/keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/models/residency_rules.hpp"
#include "daemon/residency/warmth_report.hpp"
#include "scheduler/residency/explain.hpp"
#include "scheduler/residency/outlook.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Cause;
using scheduler::Residency;

constexpr std::chrono::hours kLongestWish{365 * 24};

// None: without an end. Errors: `invalid_argument`.
Result<std::optional<scheduler::Duration>> end_of_wish(std::chrono::milliseconds length) {
    if (length > kLongestWish || length.count() < 0)
        return Error{Errc::invalid_argument, "a wish for longer than 365 days",
                     "leave its length out for one without an end", 0, 0};
    if (length.count() == 0) return std::optional<scheduler::Duration>();
    return std::optional<scheduler::Duration>(length);
}

// An Explanation and a ModelStatus tell it alike.
template <class Answer>
void tell_next(Answer& answer, const scheduler::Ladder::View& view, const scheduler::Now& now) {
    const auto next = outlook(view.rules, view.standing, rung_of(view.residency), now);
    if (!next) return;
    answer.changes = true;
    answer.next_ms = in_ms(next->when - now.steady);
    answer.next_rung = to_string(next->verdict.rung);
    answer.next_rule = to_string(next->verdict.rule);
}

}  // namespace

Keeper::Keeper(const asio::any_io_executor& loop, Dispatcher& dispatcher,
               const BudgetOptions& budgets, ChannelTable& channels, asio::thread_pool& disk)
    : dispatcher_(dispatcher),
      memory_(budgets),
      loans_(loop, memory_,
             {.changed = [this] { carry_out(); },
              .write_down = [this] { remember(); },
              .name_of = [this](scheduler::ModelId id) { return name_of(id); },
              .bring_back = [this](const std::string& model) { bring_back(model); }}),
      watch_(loop, budgets, [this] { look_at_others(); }),
      gpus_(loop, budgets.nvml),
      synthetic_(loop, dispatcher, channels,
                 [this](scheduler::ModelId model, SyntheticJobs::Took took) {
                     const auto record = records_.find(model);
                     if (took && record != records_.end())
                         record->second->warmth.self_warmed(*took);
                     ladder_.self_warmed(model, clocks_.now());
                     remember_soon();
                     carry_out();
                 }),
      disk_(disk),
      timer_(loop),
      energy_timer_(loop),
      clock_(loop),
      wall_ahead_(clocks_.now().wall_ahead()) {
    dispatcher_.watcher = this;
}

void Keeper::preload() {
    loans_.recall(std::exchange(loans_then_, {}));
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
    energy_timer_.cancel();
    loans_then_ = loan_memories();
    loans_.stop();
    watch_.stop();
    boost::system::error_code ignored;
    clock_.close(ignored);
}

Result<void> Keeper::wished_for(const ModelVersion& model, scheduler::Wish::Kind kind,
                                std::chrono::milliseconds length) {
    const Result<std::optional<scheduler::Duration>> end = end_of_wish(length);
    if (!end) return end.error();
    obey(model, kind, *end);
    return {};
}

std::optional<Error> Keeper::refusal(const ModelVersion& model) const {
    const auto view = ladder_.view(model.id);
    if (decide(view.rules, view.standing, clocks_.now()).rule != scheduler::Rule::hold)
        return std::nullopt;
    return held_refusal(model);
}

Result<void> Keeper::wish(const ModelVersion& model, ipc::Wish wish,
                          std::chrono::milliseconds length) {
    using Kind = scheduler::Wish::Kind;
    const std::string name = "model \"" + model.file.name + "\"";
    const scheduler::Now now = clocks_.now();
    const Result<std::optional<scheduler::Duration>> end = end_of_wish(length);
    if (!end) return end.error();
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
            take_wish(model.id);
            carry_out();
            remember();
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
    obey(model, kind, *end);
    return {};
}

void Keeper::obey(const ModelVersion& model, scheduler::Wish::Kind kind,
                  std::optional<scheduler::Duration> length) {
    ladder_.wish(model.id, kind, length, clocks_.now());
    take_wish(model.id);
    if (kind == scheduler::Wish::Kind::load) memory_.budget().wanted(model.id);
    carry_out();
    // At once: what an operator holds must not come back after a crash. A load is as good as a use.
    if (kind == scheduler::Wish::Kind::load && !length)
        remember_soon();
    else
        remember();
}

std::optional<Error> Keeper::not_parkable(const ModelVersion& model) const {
    const auto view = ladder_.view(model.id);
    const std::string what = "model \"" + model.file.name + "\" cannot be parked: ";
    if (view.rules.pinned)
        return Error{Errc::invalid_argument, what + "it is pinned by its model.toml",
                     "remove pinned = true from it, then `samovar reload`; `samovar hold " +
                         model.file.name + "` takes it off its device, and refuses its jobs",
                     0, 0};
    if (view.residency == Residency::parked) return std::nullopt;  // for another time, say
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
    tell_next(explanation, view, now);
    std::optional<scheduler::Foresight::View> forecast;
    if (foresight_.watches(model.id)) forecast = foresight_.view(model.id);
    explanation.text = scheduler::explain(model.file.name, view, now, machine_zone(), forecast);
    if (const std::string silence = dispatcher_.silence(model); !silence.empty())
        explanation.text += " Its " + silence + ".";
    explanation.text.resize(std::min(explanation.text.size(), kMaxTextBytes));
    return explanation;
}

void Keeper::fill(ipc::ModelStatus& status, const ModelVersion& model) const {
    const scheduler::Now now = clocks_.now();
    const scheduler::Warmth& warmth = records_.at(model.id)->warmth;
    status.uses = warmth.uses();
    status.cold_starts = warmth.cold_starts();
    if (warmth.last_use()) status.idle_ms = in_ms(now.steady - *warmth.last_use());
    tell_next(status, ladder_.view(model.id), now);
}

ipc::Warmth Keeper::warmth(const ModelVersion& model) const {
    return to_wire(records_.at(model.id)->warmth, clocks_.now().steady);
}

std::vector<ipc::Event> Keeper::calls(std::uint64_t since_ms) {
    return calls_.since(since_ms, in_ms(clocks_.now().wall.time_since_epoch()));
}

// ---- What the dispatcher does -------------------------------------------------------------------

void Keeper::version_added(const ModelVersion& model,
                           std::optional<scheduler::ModelId> instead_of) {
    const scheduler::Now now = clocks_.now();
    if (!instead_of) instead_of = leaving_version(model.file.name);
    std::shared_ptr<Record> record;
    if (instead_of) record = records_.at(*instead_of);
    if (!record) {
        record = std::make_shared<Record>();
        record->warmth.begin(now.wall);
    }
    record->warmth.replaced(now.steady);
    record->name = model.file.name;
    record->newest = model.id;
    records_[model.id] = std::move(record);
    // The account first: a rule may want it hot at once.
    memory_.add(model, instead_of, scheduler::Clock::now());
    ladder_.add(model.id, model.file.residency, now, instead_of);
    if (model.file.residency.forecast) foresight_.add(model.id, cost_of(model), instead_of);
    if (!instead_of) recall(model, now);
    // Its price is a share of the device's memory.
    if (model.file.residency.forecast && memory_.total_of(model.device) == 0)
        look_at_gpus({model.device}, [] {});
    take_wish(model.id);
    // The jobs that wait for the old version would bring that up.
    if (instead_of && model.file.residency.held) dispatcher_.hold(*instead_of, true);
    look_ahead(now);
    carry_out();
}

std::optional<scheduler::ModelId> Keeper::leaving_version(const std::string& name) const {
    for (const auto& [id, record] : records_)
        if (record->name == name && record->newest == id) return id;
    return std::nullopt;
}

void Keeper::version_gone(scheduler::ModelId model) {
    // Its folder may be back soon.
    if (const Record& record = *records_.at(model); record.newest == model) {
        remembered_.insert_or_assign(record.name, memory_of(model, clocks_.now()));
        remember_soon();
    }
    ladder_.remove(model);
    foresight_.remove(model);
    memory_.budget().remove(model, scheduler::Clock::now());
    room_asks_.erase(model);
    changes_with_time_.erase(model);
    records_.erase(model);
}

scheduler::CallKind Keeper::job_came(scheduler::ModelId model,
                                     std::optional<scheduler::KeepAlive> asked) {
    const scheduler::Now now = clocks_.now();
    const ModelVersion& called = *dispatcher_.models().at(model);
    calls_.add(called.file.name, in_ms(now.wall.time_since_epoch()));
    energy_.disturbed(called.device);
    const scheduler::CallKind kind =
        records_.at(model)->warmth.job_came(ladder_.view(model).residency, now.steady);
    look_ahead(now);
    foresight_.called(model);
    // Whatever comes next minute: for the rest of this one it stays.
    if (foresight_.watches(model)) ladder_.set_forecast(model, true, std::nullopt, now);
    memory_.budget().job_came(model, scheduler::Clock::now());
    ladder_.job_came(model, asked, now);
    return kind;
}

void Keeper::job_ended(scheduler::ModelId model, const JobEnd& end) {
    const scheduler::Now now = clocks_.now();
    if (const auto record = records_.find(model); record != records_.end())
        record->second->warmth.job_ended(end.kind, end.ran, end.took, now.steady);
    if (const auto found = dispatcher_.models().find(model); found != dispatcher_.models().end())
        energy_.disturbed(found->second->device);
    ladder_.job_ended(model, end.ran, now);
    memory_.budget().job_ended(model, scheduler::Clock::now());
    remember_soon();
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
    if (since && !is_at_rest(move.from)) event.took_ns = in_ns(now.steady - *since);
    event.bytes = model.held_bytes;
    spdlog::debug("model {} version {}: {} -> {} ({}) after {} ms", model.file.name, model.version,
                  to_string(move.from), to_string(move.to), event.cause, event.took_ns / 1'000'000);
    keep_event(event);
    events_.add(std::move(event));
    if (Record& record = *records_.at(model.id); record.newest == model.id)
        record.warmth.moved(move.from, move.to, move.cause, model.held_bytes, now.steady);
    energy_.disturbed(model.device);
    if (model.device != "cpu" && move.to == Residency::hot) watch_energy();
    memory_.budget().moved(model.id, move.to, scheduler::Clock::now());
    ladder_.moved(model.id, move.to, move.cause, now);
    remember_soon();
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
    foresight_.set_cost(model.id, cost_of(model));
    carry_out();
}

void Keeper::park_refused(const ModelVersion& model) {
    memory_.budget().set_can_park(model.id, false);
    ladder_.set_can_park(model.id, false, clocks_.now());
    carry_out();
}

}  // namespace samovar::daemon
