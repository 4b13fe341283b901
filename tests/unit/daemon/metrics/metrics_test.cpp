// What is counted, and that it stays within its bounds.

#include "daemon/metrics/metrics.hpp"

#include <gmock/gmock.h>

#include "client/cli/metrics/exposition.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;
using testing::Not;

ModelVersion version_of(const std::string& name) {
    ModelVersion model;
    model.file.name = name;
    return model;
}

ipc::ModelStatus status_of(const std::string& name, ipc::Residency residency) {
    ipc::ModelStatus status;
    status.name = name;
    status.residency = residency;
    return status;
}

class Counting : public testing::Test {
  protected:
    void end_job(const std::string& name, JobOutcome outcome, bool cold = false) {
        const ModelVersion model = version_of(name);
        const ipc::Timings timings{1'000'000, 2'000'000, 3'000'000, 4'000'000, 20'000'000, false};
        metrics_.job_ended({model, outcome, cold, timings});
    }
    void move(const std::string& name, ipc::Residency from, ipc::Residency to,
              const std::string& cause) {
        ipc::Event event;
        event.model = name;
        event.from = from;
        event.to = to;
        event.cause = cause;
        event.took_ns = 500'000'000;
        metrics_.event(0, event);
    }
    std::string text(const Metrics::MaySee& may_see = [](const std::string&) { return true; }) {
        return metrics_.text(report_, {}, may_see);
    }

    Metrics metrics_;
    ipc::StatusReport report_;
};

TEST_F(Counting, tells_jobs_by_how_they_ended) {
    end_job("selfie", JobOutcome::done, true);
    end_job("selfie", JobOutcome::done);
    end_job("selfie", JobOutcome::late);
    const std::string all = text();
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"selfie\",outcome=\"done\"} 2\n"));
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"selfie\",outcome=\"late\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"selfie\",outcome=\"failed\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("samovar_cold_starts_total{model=\"selfie\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_job_seconds_count{model=\"selfie\"} 2\n"));
    EXPECT_THAT(all, HasSubstr("samovar_job_inference_seconds_total{model=\"selfie\"} 0.006\n"));
}

TEST_F(Counting, tells_moves_by_their_cause_and_what_had_to_leave_for_others) {
    using ipc::Residency;
    move("selfie", Residency::cold, Residency::loading, "demand");
    move("selfie", Residency::loading, Residency::hot, "demand");
    move("selfie", Residency::parking, Residency::parked, "pressure");
    move("selfie", Residency::waking, Residency::hot, "forecast");
    move("selfie", Residency::unloading, Residency::cold, "pressure");
    const std::string all = text();
    for (const char* line : {"samovar_model_loads_total{model=\"selfie\",cause=\"demand\"} 1\n",
                             "samovar_model_wakes_total{model=\"selfie\",cause=\"forecast\"} 1\n",
                             "samovar_model_parks_total{model=\"selfie\",cause=\"pressure\"} 1\n",
                             "samovar_model_unloads_total{model=\"selfie\",cause=\"pressure\"} 1\n",
                             "samovar_evictions_total{model=\"selfie\"} 2\n",
                             "samovar_model_load_seconds_sum{model=\"selfie\"} 0.5\n"})
        EXPECT_THAT(all, HasSubstr(line));
}

TEST_F(Counting, tells_where_each_model_is) {
    report_.models = {status_of("a", ipc::Residency::hot), status_of("b", ipc::Residency::cold)};
    const std::string all = text();
    EXPECT_THAT(all, HasSubstr("samovar_model_state{model=\"a\",state=\"hot\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_model_state{model=\"b\",state=\"hot\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("samovar_models{state=\"cold\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"b\",outcome=\"done\"} 0\n"));
}

TEST_F(Counting, leaves_out_what_the_reader_may_not_see) {
    report_.models = {status_of("mine", ipc::Residency::hot),
                      status_of("theirs", ipc::Residency::hot)};
    ipc::WorkerStatus worker;
    worker.name = "cpu/theirs";
    report_.workers.push_back(worker);
    metrics_.worker_started("cpu/theirs");
    end_job("theirs", JobOutcome::done);
    const std::string all = text([](const std::string& model) { return model == "mine"; });
    EXPECT_THAT(all, HasSubstr("model=\"mine\""));
    EXPECT_THAT(all, Not(HasSubstr("theirs")));
    EXPECT_THAT(all, HasSubstr("samovar_models{state=\"hot\"} 1\n"));
}

TEST_F(Counting, has_one_count_for_all_models_beyond_those_that_have_their_own) {
    for (std::size_t i = 0; i < ModelTable::kMost + 10; ++i)
        end_job("model" + std::to_string(i), JobOutcome::done);
    const std::string all = text();
    std::size_t series = 0;
    for (std::size_t at = 0; (at = all.find("outcome=\"done\"", at)) != all.npos; ++at)
        ++series;
    EXPECT_EQ(series, ModelTable::kMost + 1);
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"_others\",outcome=\"done\"} 10\n"));
}

TEST_F(Counting, keeps_in_sum_what_was_counted_of_models_that_are_gone) {
    for (std::size_t i = 0; i < ModelTable::kMost; ++i)
        end_job("model" + std::to_string(i), JobOutcome::done);
    report_.models = {status_of("model1", ipc::Residency::hot)};
    text();  // the others are gone
    for (int i = 0; i < 5; ++i)
        end_job("new" + std::to_string(i), JobOutcome::done);
    const std::string all = text();
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"new4\",outcome=\"done\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"model1\",outcome=\"done\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("samovar_jobs_total{model=\"_others\",outcome=\"done\"} 5\n"));
}

TEST_F(Counting, is_within_what_a_session_may_leave_unread_at_its_most) {
    for (std::size_t i = 0; i < kMaxModels; ++i) {
        std::string name(kMaxNameBytes, 'x');
        name.replace(0, 4, std::to_string(1000 + i));
        report_.models.push_back(status_of(name, ipc::Residency::hot));
        for (const JobOutcome outcome : kJobOutcomes)
            end_job(name, outcome, true);
        for (const char* cause : {"demand", "preload", "schedule", "forecast", "self-warm",
                                  "operator", "pressure", "idle", "fault"}) {
            move(name, ipc::Residency::loading, ipc::Residency::hot, cause);
            move(name, ipc::Residency::waking, ipc::Residency::hot, cause);
            move(name, ipc::Residency::parking, ipc::Residency::parked, cause);
            move(name, ipc::Residency::unloading, ipc::Residency::cold, cause);
        }
        metrics_.worker_started("cpu/" + name);
        ipc::WorkerStatus worker;
        worker.name = "cpu/" + name;
        if (report_.workers.size() < kMaxWorkers) report_.workers.push_back(worker);
    }
    EXPECT_LT(text().size(), 4U << 20);
}

// Prometheus' conventions, as its linter has them, for the names that are Samovar's own.
TEST_F(Counting, names_what_it_counts_by_the_conventions) {
    end_job("selfie", JobOutcome::done);
    move("selfie", ipc::Residency::loading, ipc::Residency::hot, "demand");
    metrics_.worker_started("cpu");
    metrics_.error_told(Errc::busy);
    report_.models = {status_of("selfie", ipc::Residency::hot)};
    report_.devices.push_back({"cuda:0", "", "GPU-1", 10, 5, 3, 8, 0, ""});
    const auto families = cli::parse_exposition(text());
    ASSERT_TRUE(families) << families.error().message;
    EXPECT_GT(families->size(), 50U);
    for (const cli::MetricFamily& family : *families) {
        EXPECT_TRUE(family.help.ends_with(".")) << family.name;
        if (family.name.starts_with("nv_")) continue;
        EXPECT_EQ(family.type == "counter", family.name.ends_with("_total")) << family.name;
        for (const char* unit : {"_ms", "_us", "_ns", "_milliseconds", "_kilobytes", "_percent"})
            EXPECT_EQ(family.name.find(unit), std::string::npos) << family.name;
        const bool times = family.type == "histogram" || family.type == "summary";
        EXPECT_TRUE(!times || family.name.ends_with("_seconds")) << family.name;
    }
}

TEST_F(Counting, never_goes_back) {
    for (int round = 0; round < 3; ++round) {
        end_job("selfie", JobOutcome::done);
        move("selfie", ipc::Residency::loading, ipc::Residency::hot, "demand");
        EXPECT_THAT(text(), HasSubstr("samovar_jobs_total{model=\"selfie\",outcome=\"done\"} " +
                                      std::to_string(round + 1) + "\n"));
        report_.models.clear();  // as at a reload without its folder
    }
}

}  // namespace
}  // namespace samovar::daemon
