#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/files.hpp"
#include "client/cli/simulate/calls_trace.hpp"
#include "client/cli/simulate/chart.hpp"
#include "client/cli/table.hpp"
#include "scheduler/simulate/replay.hpp"
#include "scheduler/simulate/trace.hpp"

namespace samovar::cli {
namespace simulate_command {
namespace {

using scheduler::Outcome;

struct Given {
    std::string trace, plot;
    std::vector<std::string> policies;
};

// Without --policy: what there is to choose from.
const std::vector<std::string> kUsualPolicies{"fixed:10", "hybrid", "forecast", "oracle"};

Json document(const Outcome& outcome) {
    return {{"policy", outcome.policy},
            {"functions", outcome.functions},
            {"call_minutes", outcome.call_minutes},
            {"cold_starts", outcome.cold_starts},
            {"idle_minutes", outcome.idle_minutes},
            {"loads", outcome.loads},
            {"p75_cold_percent", outcome.p75_cold_percent}};
}

void print(const std::vector<Outcome>& outcomes, Console& console) {
    constexpr auto kRight = Table::Align::right;
    Table table({{"POLICY"},
                 {"FUNCTIONS", kRight},
                 {"CALL-MINUTES", kRight},
                 {"COLD STARTS", kRight},
                 {"IDLE MINUTES", kRight},
                 {"LOADS", kRight},
                 {"P75 COLD", kRight}});
    for (const Outcome& outcome : outcomes)
        table.add({{outcome.policy, Colour::bold},
                   std::to_string(outcome.functions),
                   std::to_string(outcome.call_minutes),
                   std::to_string(outcome.cold_starts),
                   std::to_string(outcome.idle_minutes),
                   std::to_string(outcome.loads),
                   fmt::format("{:.1f} %", outcome.p75_cold_percent)});
    console.print(table.to_text(console.out()));
}

// A point a policy; those of one kind, which differ in a number, are one line.
Chart chart_of(const std::vector<Outcome>& outcomes) {
    Chart chart{.title = "Cold starts and idle minutes",
                .x_label = "idle minutes (hot, and not called)",
                .y_label = "cold starts",
                .series = {}};
    for (const Outcome& outcome : outcomes) {
        const std::string kind = outcome.policy.substr(0, outcome.policy.find(':'));
        if (chart.series.empty() || chart.series.back().name != kind)
            chart.series.push_back({kind, {}});
        chart.series.back().points.push_back(
            {static_cast<double>(outcome.idle_minutes), static_cast<double>(outcome.cold_starts)});
    }
    return chart;
}

// Throws std::invalid_argument.
std::vector<scheduler::PolicyChoice> policies_of(const Given& given, scheduler::Instant start) {
    std::vector<scheduler::PolicyChoice> policies;
    for (const std::string& text : given.policies.empty() ? kUsualPolicies : given.policies)
        policies.push_back(scheduler::parse_policy(text, start));
    return policies;
}

// Throws scheduler::TraceError.
std::vector<Outcome> outcomes_of(const Given& given, std::istream& file) {
    std::unique_ptr<scheduler::TraceReader> trace;
    scheduler::Instant start = scheduler::kSomeMonday;
    if (is_calls_trace(file)) {
        auto calls = std::make_unique<CallsTrace>(file, given.trace);
        start = calls->start();
        trace = std::move(calls);
    } else {
        trace = std::make_unique<scheduler::InvocationsCsv>(file, given.trace);
    }
    scheduler::Replay replay(policies_of(given, start));
    for (scheduler::CalledMinutes function; trace->next(function);)
        replay.add(function);
    return replay.outcomes();
}

int run(const Invocation& invocation, const Given& given) {
    try {
        policies_of(given, scheduler::kSomeMonday);
    } catch (const std::invalid_argument& fault) {
        return invocation.refuse(usage_error(fault.what()));
    }
    if (!given.plot.empty() && !can_draw(given.plot))
        return invocation.refuse(
            usage_error(fmt::format("--plot {} is no .svg and no .png", given.plot),
                        "name a file that ends with one of them"));
    std::ifstream file(given.trace);
    if (!file) return invocation.fail(io_error(given.trace, errno));
    std::vector<Outcome> outcomes;
    try {
        outcomes = outcomes_of(given, file);
    } catch (const scheduler::TraceError& fault) {
        return invocation.fail({Errc::io, fault.what(), "", 0, 0});
    }
    if (!given.plot.empty()) {
        const Result<void> drawn = draw(chart_of(outcomes), given.plot);
        if (!drawn) return invocation.fail(drawn.error());
    }
    if (!invocation.console.json) {
        print(outcomes, invocation.console);
        return kDone;
    }
    for (const Outcome& outcome : outcomes)
        invocation.console.print(to_text(document(outcome), false));
    return kDone;
}

Action declare(Arguments& app) {
    const auto given = std::make_shared<Given>();
    app.word("TRACE", given->trace, "Calls by function and minute: a .csv, or a daemon's own");
    app.repeated("--policy", "POLICY", given->policies,
                 "A rule to judge (fixed:10, hybrid, forecast and oracle)");
    app.option("--plot", "FILE.svg|FILE.png", given->plot, "Draw cold starts over idle minutes");
    return [given](const Invocation& invocation) { return run(invocation, *given); };
}

}  // namespace
}  // namespace simulate_command

const Command kSimulate{
    .name = "simulate",
    .summary = "Replay a trace through policies that keep models hot",
    .detail =
        "Needs no daemon. The trace has the columns of the Azure Functions 2019 data set: four\n"
        "names, then the number of calls in each minute; a line is a function, read one by one.\n"
        "Or it is what `samovar events --calls --json` has printed: what one's own models were\n"
        "called, and each is a function. Time without a daemon counts as time without calls.\n"
        "\n"
        "  fixed:MINUTES             hot for so long after a minute with a call\n"
        "  hybrid                    the histogram policy of \"Serverless in the Wild\", ATC 2020\n"
        "  forecast[:price=P[,load=L]]  the daemon's: P is the price of an idle minute, in cold\n"
        "                            starts (0.01), L that of a load (0)\n"
        "  window:\"DAYS HH:MM-HH:MM ZONE\"  hot in a window; minute 1 of a .csv is Monday,\n"
        "                            00:00 UTC\n"
        "  oracle                    knows the future: what no policy can beat\n"
        "\n"
        "At the start of each minute the policy says hot or not, knowing only earlier minutes. A\n"
        "function that is called in a minute in which it is not hot has one cold start; a hot\n"
        "minute without a call is one idle minute. A load is a cold start, or the policy's own.",
    .example =
        "  samovar simulate trace.csv --policy fixed:10 --policy forecast:price=0.01\n"
        "  samovar simulate trace.csv --policy fixed:5 --policy fixed:20 --plot curve.svg\n"
        "  samovar simulate calls.json --policy fixed:5 --policy forecast",
    .json =
        "{\"policy\", \"functions\", \"call_minutes\", \"cold_starts\", \"idle_minutes\", "
        "\"loads\",\n  \"p75_cold_percent\": of cold starts per call minute over functions}, a "
        "line a policy",
    .declare = simulate_command::declare};

}  // namespace samovar::cli
