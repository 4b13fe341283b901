#include <fmt/chrono.h>
#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/table.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace warmth_command {
namespace {

using namespace std::chrono_literals;

constexpr auto kRight = Table::Align::right;

struct Named {
    std::string model;
    Warmth warmth;
};

Json to_json(const Named& named) {
    Json calls = Json::array(), brought_up = Json::array();
    for (const CallTimes& kind : named.warmth.calls)
        calls.push_back({{"kind", kind.kind},
                         {"calls", kind.calls},
                         {"p50_us", microseconds(kind.p50)},
                         {"p99_us", microseconds(kind.p99)}});
    for (const BroughtUp& up : named.warmth.brought_up)
        brought_up.push_back({{"cause", up.cause},
                              {"times", up.times},
                              {"met", up.met},
                              {"unmet", up.unmet},
                              {"idle_ms", up.idle.count()},
                              {"idle_byte_seconds", up.idle_byte_seconds},
                              {"saved_ms", up.saved ? Json(up.saved->count()) : Json()},
                              {"idle_joules", up.idle_joules ? Json(*up.idle_joules) : Json()}});
    return {
        {"model", named.model},      {"since_ms", named.warmth.since.time_since_epoch().count()},
        {"uses", named.warmth.uses}, {"cold_starts", named.warmth.cold_starts},
        {"calls", std::move(calls)}, {"brought_up", std::move(brought_up)}};
}

Json document(const std::vector<Named>& all) {
    Json list = Json::array();
    for (const Named& named : all)
        list.push_back(to_json(named));
    return list;
}

std::string byte_hours_in_words(std::uint64_t byte_seconds) {
    return bytes_in_words(byte_seconds / 3600);
}

std::string saved_in_words(std::optional<std::chrono::milliseconds> saved) {
    return saved ? time_in_words(*saved) : "-";
}

std::string joules_in_words(const std::optional<double>& joules) {
    if (!joules) return "-";
    return *joules < 10'000 ? fmt::format("{:.0f} J", *joules)
                            : fmt::format("{:.1f} kJ", *joules / 1000);
}

void print_one(const Named& named, Console& console) {
    const Warmth& warmth = named.warmth;
    std::string text =
        Console::paint(console.out(), Colour::bold, named.model) +
        fmt::format(": {}, {} since {:%F}\n", count_of(warmth.uses, "use"),
                    count_of(warmth.cold_starts, "cold start"),
                    fmt::localtime(std::chrono::system_clock::to_time_t(warmth.since)));
    Table calls({{"CALLS"}, {"NUMBER", kRight}, {"P50", kRight}, {"P99", kRight}});
    for (const CallTimes& kind : warmth.calls)
        calls.add({kind.kind, std::to_string(kind.calls), time_in_words(kind.p50),
                   time_in_words(kind.p99)});
    if (!calls.empty()) text += "\n" + calls.to_text(console.out());
    Table causes({{"BROUGHT UP BY"},
                  {"TIMES", kRight},
                  {"MET", kRight},
                  {"UNMET", kRight},
                  {"SAVED", kRight},
                  {"IDLE", kRight},
                  {"BYTE HOURS", kRight},
                  {"ENERGY", kRight}});
    for (const BroughtUp& up : warmth.brought_up)
        causes.add({up.cause, std::to_string(up.times), std::to_string(up.met),
                    std::to_string(up.unmet), saved_in_words(up.saved), age_in_words(up.idle),
                    byte_hours_in_words(up.idle_byte_seconds), joules_in_words(up.idle_joules)});
    if (!causes.empty()) text += "\n" + causes.to_text(console.out());
    console.print(text);
}

const CallTimes* find(const Warmth& warmth, std::string_view kind) {
    for (const CallTimes& each : warmth.calls)
        if (each.kind == kind) return &each;
    return nullptr;
}

std::string median(const Warmth& warmth, std::string_view kind) {
    const CallTimes* calls = find(warmth, kind);
    return calls ? time_in_words(calls->p50) : "-";
}

void print(const std::vector<Named>& all, Console& console) {
    if (all.size() == 1) return print_one(all.front(), console);
    if (all.empty()) return console.note("The daemon has no models that can run.");
    Table table({{"MODEL"},
                 {"USES", kRight},
                 {"COLD STARTS", kRight},
                 {"AVOIDED", kRight},
                 {"SAVED", kRight},
                 {"COLD P50", kRight},
                 {"BROUGHT UP P50", kRight},
                 {"HOT P50", kRight},
                 {"IDLE", kRight},
                 {"BYTE HOURS", kRight},
                 {"ENERGY", kRight}});
    for (const Named& named : all) {
        BroughtUp sum;
        for (const BroughtUp& up : named.warmth.brought_up) {
            sum.met += up.met;
            if (up.saved) sum.saved = sum.saved.value_or(0ms) + *up.saved;
            sum.idle += up.idle;
            sum.idle_byte_seconds += up.idle_byte_seconds;
            if (up.idle_joules) sum.idle_joules = sum.idle_joules.value_or(0) + *up.idle_joules;
        }
        table.add({{named.model, Colour::bold},
                   std::to_string(named.warmth.uses),
                   std::to_string(named.warmth.cold_starts),
                   std::to_string(sum.met),
                   saved_in_words(sum.saved),
                   median(named.warmth, "cold"),
                   median(named.warmth, "brought up"),
                   median(named.warmth, "hot"),
                   age_in_words(sum.idle),
                   byte_hours_in_words(sum.idle_byte_seconds),
                   joules_in_words(sum.idle_joules)});
    }
    console.print(table.to_text(console.out()));
}

Result<std::vector<Named>> request(Client& client, const std::string& model) {
    std::vector<std::string> names{model};
    if (model.empty()) {
        const Result<DaemonStatus> status = client.status(true);
        if (!status) return status.error();
        names.clear();
        for (const ModelStatus& each : status->models)
            names.push_back(each.name);
    }
    std::vector<Named> all;
    for (const std::string& name : names) {
        Result<Warmth> warmth = client.warmth(name);
        if (warmth)
            all.push_back({name, std::move(*warmth)});
        else if (!model.empty() || warmth.error().code != Errc::unknown_model)
            return warmth.error();
    }
    return all;
}

Action declare(Arguments& arguments) {
    const auto model = std::make_shared<std::string>();
    arguments.optional_word("MODEL", *model, "The model's name; without it all, a line each");
    return [model](const Invocation& invocation) {
        return ask(
            invocation, [&](Client& client) { return request(client, *model); }, document, print);
    };
}

}  // namespace
}  // namespace warmth_command

const Command kWarmth{
    .name = "warmth",
    .summary = "Show what keeping models warm has bought, and what it has cost",
    .detail =
        "Also of what was before the daemon was started. CALLS, by how they found their model: "
        "cold (they waited for a\n"
        "load), parked (until it was awake), brought up (hot, and the first since it came up),\n"
        "after a second, a minute, 5 minutes or an hour without a call, hot (sooner than that).\n"
        "Beside them self-warming: the jobs of the daemon's own, which are no calls.\n"
        "P50 and P99 are times in the daemon, within 5 percent.\n"
        "\n"
        "BROUGHT UP BY is the cause of a load or a wake-up. MET: a call found it ready, which is "
        "a\n"
        "cold start less. UNMET: it went down before anybody called. SAVED is how long callers "
        "would\n"
        "have waited in all: for each that was met, what a cold call takes in the mean beyond one\n"
        "that was met, where both were measured. IDLE is the time in which it was hot without a "
        "call,\n"
        "and BYTE HOURS those hours times the bytes that it held; ENERGY is its share of what its\n"
        "GPU used then, where the GPU tells.",
    .example = "  samovar warmth\n  samovar warmth selfie",
    .json =
        "[{\"model\", \"since_ms\", \"uses\", \"cold_starts\",\n"
        "  \"calls\": [{\"kind\", \"calls\", \"p50_us\", \"p99_us\"}],\n"
        "  \"brought_up\": [{\"cause\", \"times\", \"met\", \"unmet\", \"idle_ms\", "
        "\"idle_byte_seconds\",\n                  \"saved_ms\" or null, "
        "\"idle_joules\" or null}]}]",
    .declare = warmth_command::declare};

}  // namespace samovar::cli
