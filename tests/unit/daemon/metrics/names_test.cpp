// The page of metrics, the alerts and the dashboard name what there is, and nothing else.

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "client/cli/metrics/exposition.hpp"
#include "daemon/metrics/metrics.hpp"
#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

using Names = std::set<std::string>;

// Every family there is: of a daemon to which everything has happened once.
const Names& families() {
    static const Names names = [] {
        Metrics metrics;
        ModelVersion model;
        model.file.name = "selfie";
        metrics.job_ended({model, JobOutcome::done, true, {}});
        for (const auto& [from, to] :
             {std::pair(ipc::Residency::loading, ipc::Residency::hot),
              std::pair(ipc::Residency::waking, ipc::Residency::hot),
              std::pair(ipc::Residency::parking, ipc::Residency::parked),
              std::pair(ipc::Residency::unloading, ipc::Residency::cold)}) {
            ipc::Event event;
            event.model = "selfie";
            event.from = from;
            event.to = to;
            event.cause = "demand";
            metrics.event(0, event);
        }
        metrics.worker_started("cpu");
        metrics.error_told(Errc::busy);
        ipc::StatusReport report;
        report.models.resize(1);
        report.models[0].name = "selfie";
        report.workers.resize(1);
        report.devices.push_back({"cuda:0", "", "GPU-1", 10, 5, 3, 8, 0, ""});
        const std::string text = metrics.text(report, {}, [](const std::string&) { return true; });
        Names all;
        for (const cli::MetricFamily& family : cli::parse_exposition(text).value())
            all.insert(family.name);
        return all;
    }();
    return names;
}

// What a text names, of families: their series bear further words.
Names named_in(const std::string& file) {
    const std::string text = tests::text_of(SAMOVAR_TEST_DATA "/../../" + file);
    EXPECT_FALSE(text.empty()) << file;
    const std::regex name("\\b(samovar|nv|process)_[a-z0-9_]+");
    Names names;
    for (std::sregex_iterator found(text.begin(), text.end(), name), end; found != end; ++found) {
        std::string word = found->str();
        for (const std::string suffix : {"_bucket", "_sum", "_count"})
            if (word.ends_with(suffix) && !families().contains(word))
                word.erase(word.size() - suffix.size());
        names.insert(std::move(word));
    }
    return names;
}

TEST(TheMetrics, of_the_examples_are_there) {
    for (const char* file : {"systemd/examples/prometheus/samovar-alerts.yml",
                             "systemd/examples/grafana/samovar.json"}) {
        const Names names = named_in(file);
        EXPECT_GE(names.size(), 10U) << file;
        for (const std::string& name : names)
            EXPECT_TRUE(families().contains(name)) << file << ": " << name;
    }
}

TEST(TheMetrics, are_each_on_their_page_and_no_others) {
    const Names page = named_in("docs/metrics.md");
    EXPECT_EQ(page, families());
}

TEST(TheDashboard, is_one_document_with_panels_that_ask_for_something) {
    const auto dashboard = cli::Json::parse(
        tests::text_of(SAMOVAR_TEST_DATA "/../../systemd/examples/grafana/samovar.json"));
    EXPECT_GT(dashboard["panels"].size(), 10U);
    for (const auto& panel : dashboard["panels"])
        EXPECT_FALSE(panel["targets"].empty()) << panel["title"];
}

}  // namespace
}  // namespace samovar::daemon
