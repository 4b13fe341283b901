// bench_forecast TRACE.csv PLOT [--quick]: judges the forecast on functions that its defaults were
// not learned from, and times a decision. One JSON document on standard output; forecast.py
// reckons.

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client/cli/simulate/chart.hpp"
#include "scheduler/forecast/train/trainer.hpp"
#include "scheduler/simulate/replay.hpp"
#include "scheduler/simulate/trace.hpp"
#include "tests/bench/decision_cost.hpp"
#include "tests/bench/self_made.hpp"

namespace {

using namespace samovar::scheduler;
using Json = nlohmann::ordered_json;
using Functions = std::vector<CalledMinutes>;

constexpr std::size_t kFolds = 4, kGroup = 10;
// Of self-made arrivals; nothing was chosen by them.
constexpr unsigned kFirstSeed = 100, kSeeds = 40, kQuickSeeds = 1;
// Minutes of the fixed curve, from 0 on, and its steps past an hour: 2.7 times the idle minutes
// of 10.
constexpr int kEach = 60, kLongestKeep = 360, kStep = 20;

Functions read(const char* path) {
    std::ifstream file(path);
    InvocationsCsv trace(file, path);
    Functions made;
    for (CalledMinutes function; trace.next(function);)
        made.push_back(function);
    return made;
}

std::vector<double> prices(bool quick) {
    std::vector<double> made;
    for (double price = 0.9; price > 2e-6; price /= quick                            ? 3
                                                    : price < 0.015 && price > 0.001 ? 1.15
                                                                                     : 1.5)
        made.push_back(price);
    return made;
}

Json point(const Outcome& outcome) {
    return Json::array({outcome.idle_minutes, outcome.cold_starts, outcome.loads});
}

Json points(const std::vector<Outcome>& outcomes, std::size_t from, std::size_t to) {
    Json made = Json::array();
    for (std::size_t i = from; i < to; ++i)
        made.push_back(point(outcomes[i]));
    return made;
}

// Every function whose number is `fold` modulo kFolds is judged; the defaults are learned from the
// others. Groups of ten are replayed apart: their sum is the fold's curve.
Json judge(const Functions& all, std::size_t fold, const std::vector<double>& prices) {
    Functions taught, judged;
    for (std::size_t i = 0; i < all.size(); ++i)
        (i % kFolds == fold ? judged : taught).push_back(all[i]);
    const Population population = unpack_population(train_population(taught));
    constexpr std::size_t kFixed = 2;
    std::vector<PolicyChoice> policies{hybrid_policy(), oracle_policy()};
    for (int keep = 0; keep <= kLongestKeep; keep += keep < kEach ? 1 : kStep)
        policies.push_back(fixed_policy(keep));
    const std::size_t first_forecast = policies.size();
    for (const double price : prices)
        policies.push_back(forecast_policy({.price = {.idle_minute = price}}, population));

    Json groups = Json::array();
    for (std::size_t begin = 0; begin < judged.size(); begin += kGroup) {
        Replay replay(policies);
        for (std::size_t i = begin; i < std::min(judged.size(), begin + kGroup); ++i)
            replay.add(judged[i]);
        const std::vector<Outcome> came = replay.outcomes();
        groups.push_back({{"hybrid", point(came[0])},
                          {"oracle", point(came[1])},
                          {"fixed", points(came, kFixed, first_forecast)},
                          {"forecast", points(came, first_forecast, came.size())}});
    }
    return groups;
}

// The curves of all folds together.
void plot(const Json& folds, const std::string& path) {
    samovar::cli::Chart chart{.title = "Azure Functions 2019, four-fold over functions",
                              .x_label = "idle minutes (hot, and not called)",
                              .y_label = "cold starts",
                              .series = {}};
    for (const char* name : {"fixed", "forecast"}) {
        std::vector<samovar::cli::ChartPoint> sums(folds[0][0][name].size());
        for (const Json& fold : folds)
            for (const Json& group : fold)
                for (std::size_t i = 0; i < sums.size(); ++i) {
                    sums[i].x += group[name][i][0].get<double>();
                    sums[i].y += group[name][i][1].get<double>();
                }
        // Hot for no minute at all is a cold start each: far above the rest.
        if (std::string(name) == "fixed") sums.erase(sums.begin(), sums.begin() + 5);
        chart.series.push_back({name, sums});
    }
    samovar::cli::draw(chart, path).value();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "bench_forecast TRACE.csv PLOT.svg|PLOT.png [--quick]\n";
        return 2;
    }
    try {
        const bool quick = argc > 3;
        Functions all = read(argv[1]);
        if (quick) all.resize(std::min<std::size_t>(all.size(), 80));
        const std::vector<double> asked = prices(quick);
        Json folds = Json::array();
        for (std::size_t fold = 0; fold < kFolds; ++fold)
            folds.push_back(judge(all, fold, asked));
        plot(folds, argv[2]);
        const samovar::bench::Regret regret =
            samovar::bench::regret_of_self_made(kFirstSeed, quick ? kQuickSeeds : kSeeds);
        const samovar::bench::DecisionCost cost = samovar::bench::decision_cost(all, quick);
        std::cout << Json{{"prices", asked},
                          {"folds", folds},
                          {"self_made",
                           {{"cases", regret.cases},
                            {"above", regret.above},
                            {"worst", regret.worst},
                            {"worst_of_long", regret.worst_of_long},
                            {"mean", regret.mean}}},
                          {"decision_us", {{"p50", cost.decision_p50}, {"p99", cost.decision_p99}}},
                          {"observe_us", {{"p50", cost.observe_p50}, {"p99", cost.observe_p99}}}}
                         .dump()
                  << '\n';
        return 0;
    } catch (const std::exception& fault) {
        std::cerr << "bench_forecast: " << fault.what() << '\n';
        return 1;
    }
}
