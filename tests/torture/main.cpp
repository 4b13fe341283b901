// samovar-torture: misfortunes by the thousand, and what must hold after them.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/torture/campaign.hpp"

namespace {

using namespace samovar::torture;

constexpr int kHeld = 0, kFailed = 1, kCouldNotRun = 2;

void list() {
    for (const Campaign* campaign : campaigns()) {
        std::printf("%-12s %s\n%-12s %llu %s", campaign->name.data(), campaign->what.data(), "",
                    static_cast<unsigned long long>(campaign->count), campaign->counts.data());
        const char* before = "; plants: ";
        for (const Plant& plant : campaign->plants)
            std::printf("%s%s", std::exchange(before, ", "), plant.name.data());
        std::printf("\n");
    }
}

int run(const Campaign& campaign, const Settings& settings) {
    std::fprintf(stderr, "%s, seed %llu\n", campaign.name.data(),
                 static_cast<unsigned long long>(settings.seed));
    listen_for_the_end();
    Report report;
    campaign.run(settings, report);
    report.print(std::cout);
    std::cout << "again: --seed " << settings.seed << '\n';
    return report.holds() ? kHeld : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Misfortunes by the thousand, and what must hold after them. Ends with 0 where all "
        "of it did, with 1 where a check failed, with 2 where it could not run.");
    std::string name, models;
    Settings settings;
    std::int64_t seconds = 0;
    bool listing = false;
    app.add_option("CAMPAIGN", name, "one of --list");
    app.add_flag("--list", listing, "what there is");
    app.add_option("--count", settings.count, "so many of its misfortunes");
    app.add_option("--for", seconds, "for so long, in place of a count: 90s, 10m, 2h")
        ->check(CLI::PositiveNumber)
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, std::int64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
            CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION"));
    const CLI::Option* seed =
        app.add_option("--seed", settings.seed, "of all chance; else another each time");
    app.add_option("--plant", settings.plant, "a fault of the campaign's own, which it must find");
    app.add_option("--slack", settings.slack, "stated times may be so many times longer")
        ->check(CLI::Range(1.0, 100.0));
    app.add_option("--models", models, "where `./dev test` has put its models");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
        return app.exit(fault) == 0 ? kHeld : kCouldNotRun;
    }
    if (listing) return list(), kHeld;

    const auto found = std::ranges::find(campaigns(), std::string_view(name), &Campaign::name);
    if (found == campaigns().end()) {
        std::fprintf(stderr, "There is no campaign \"%s\". There are:\n", name.c_str());
        return list(), kCouldNotRun;
    }
    const Campaign& campaign = **found;
    if (!settings.plant.empty() &&
        std::ranges::find(campaign.plants, std::string_view(settings.plant), &Plant::name) ==
            campaign.plants.end()) {
        std::fprintf(stderr, "%s has no plant \"%s\"; --list shows those it has\n", name.c_str(),
                     settings.plant.c_str());
        return kCouldNotRun;
    }
    if (settings.count == 0) settings.count = campaign.count;
    if (seconds > 0) settings.lasts = std::chrono::seconds(seconds);
    if (seed->empty()) settings.seed = std::random_device()();
    if (!models.empty()) ::setenv("SAMOVAR_TEST_MODELS", models.c_str(), 1);
    try {
        return run(campaign, settings);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "samovar-torture: %s\n", fault.what());
        return kCouldNotRun;
    }
}
