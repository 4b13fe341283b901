#include <fmt/chrono.h>
#include <fmt/format.h>

#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace events_command {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

struct Wanted {
    bool follow = false, calls = false;
    milliseconds since{};  // how far back; 0: all of it, or nothing where it is followed
};

Json document(const Event& event) {
    return {{"at_ms", event.at.time_since_epoch().count()},
            {"model", event.model},
            {"from", to_string(event.from)},
            {"to", to_string(event.to)},
            {"cause", event.cause},
            {"took_us", microseconds(event.took)},
            {"bytes", event.bytes}};
}

void print(const Event& event, Console& console) {
    const std::time_t second = system_clock::to_time_t(event.at);
    const auto part = event.at.time_since_epoch() % std::chrono::seconds(1);
    console.print(fmt::format("{:%F %T}.{:03}  {:<24} {:<9} -> {:<9}  {:<9}",
                              fmt::localtime(second), part.count(), printable(event.model),
                              to_string(event.from), to_string(event.to), event.cause));
    if (event.took.count() > 0) console.print("  " + time_in_words(event.took));
    console.print("\n");
}

Json document(const MinuteOfCalls& minute) {
    return {{"at_ms", minute.at.time_since_epoch().count()},
            {"model", minute.model},
            {"calls", minute.calls}};
}

int show_calls(const Invocation& invocation, Client& client,
               std::chrono::sys_time<milliseconds> since) {
    const Result<std::vector<MinuteOfCalls>> minutes = client.calls(since);
    if (!minutes) return invocation.fail(minutes.error());
    for (const MinuteOfCalls& minute : *minutes)
        invocation.console.print(
            invocation.console.json
                ? to_text(document(minute), false)
                : fmt::format("{:%F %R}  {:<24} {}\n",
                              fmt::localtime(system_clock::to_time_t(minute.at)),
                              printable(minute.model), count_of(minute.calls, "call")));
    return kDone;
}

int watch(const Invocation& invocation, const Wanted& wanted) {
    if (wanted.calls && wanted.follow)
        return invocation.refuse(usage_error("--calls cannot be followed: it counts whole minutes",
                                             "ask again, with --since"));
    std::chrono::sys_time<milliseconds> since{};
    if (wanted.since.count() > 0)
        since = std::chrono::floor<milliseconds>(system_clock::now()) - wanted.since;
    else if (wanted.follow)  // what happens, and not what has
        since = std::chrono::floor<milliseconds>(system_clock::now());
    Result<Client> client = invocation.connect();
    if (!client) return invocation.fail(client.error());
    if (wanted.calls) return show_calls(invocation, *client, since);
    const auto tell = [&](const Event& event) {
        if (invocation.console.json)
            invocation.console.print(to_text(document(event), false));
        else
            print(event, invocation.console);
    };
    const Result<void> ended = client->events(since, wanted.follow, tell);
    return ended ? static_cast<int>(kDone) : invocation.fail(ended.error());
}

Action declare(Arguments& arguments) {
    const auto wanted = std::make_shared<Wanted>();
    arguments.flag("-f,--follow", wanted->follow, "What happens from now on, until Ctrl-C");
    arguments.flag("--calls", wanted->calls, "How often each model was called, by the minute");
    arguments.length("--since", wanted->since, "Only of the last 30m, 2h, 1d");
    return [wanted](const Invocation& invocation) { return watch(invocation, *wanted); };
}

}  // namespace
}  // namespace events_command

const Command kEvents{
    .name = "events",
    .summary = "Show how models came and went, and why",
    .detail =
        "The daemon remembers the last 4096 moves. CAUSE is demand, preload (a pin of model.toml,\n"
        "too), schedule, forecast, operator, pressure, idle or fault. --follow begins with what\n"
        "happens next; with --since with what happened so long ago.\n"
        "\n"
        "--calls shows the minutes with calls in place of the moves; with --json that is a trace\n"
        "for `samovar simulate`. The daemon remembers the last 131072 such minutes, also from "
        "before\n"
        "it was started.",
    .example =
        "  samovar events --since 1h\n"
        "  samovar events --follow\n"
        "  samovar events --calls --since 7d --json > calls.json",
    .json =
        "one object a line: {\"at_ms\", \"model\", \"from\", \"to\", \"cause\", \"took_us\", "
        "\"bytes\"};\n with --calls {\"at_ms\": the minute's beginning, \"model\", \"calls\"}",
    .declare = events_command::declare};

}  // namespace samovar::cli
