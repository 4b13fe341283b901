// What a worker does at a load, so that no caller pays for it.

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "tests/support/process.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ipc::WarmUp shaped(std::vector<Shape> shapes, ipc::Fill fill = ipc::Fill::random) {
    ipc::WarmUp warm_up;
    for (Shape& shape : shapes)
        warm_up.inputs.push_back({std::move(shape), fill, "", 0});
    return warm_up;
}

ipc::WorkerLoad warm(ipc::WorkerLoad load, std::vector<ipc::WarmUp> warm_ups) {
    load.warm_ups = std::move(warm_ups);
    return load;
}

ipc::WorkerLoad tiny_script() {
    return torchscript("tiny", tiny_inputs(), tiny_outputs());
}

ipc::LoadReport report_of(WorkerProcess& worker, const ipc::WorkerLoad& load) {
    return worker.load(load).as<ipc::WorkerLoaded>().report;
}

std::string fact(const ipc::LoadReport& report, const std::string& name) {
    for (const ipc::LoadFact& each : report.facts)
        if (each.name == name) return each.value;
    return "";
}

std::vector<std::string> phases_of(const ipc::LoadReport& report) {
    std::vector<std::string> names;
    for (const ipc::Phase& phase : report.phases)
        names.push_back(phase.name);
    return names;
}

TEST(WarmUp, is_timed_in_two_phases_after_those_of_the_load) {
    WorkerProcess worker;
    EXPECT_EQ(phases_of(report_of(worker, warm(tiny_script(), {shaped({{2, 16}})}))),
              (std::vector<std::string>{"open", "read", "build", "first_inference", "optimise"}));
    EXPECT_EQ(phases_of(report_of(worker, warm(tiny("tiny-pt2"), {shaped({{2, 16}})}))),
              (std::vector<std::string>{"open", "read", "build", "first_inference", "optimise"}));
}

TEST(WarmUp, leaves_nothing_of_TorchScript_to_compile_for_the_first_job) {
    WorkerProcess worker;
    EXPECT_EQ(fact(report_of(worker, tiny_script()), "graph"), "as loaded");
    EXPECT_EQ(fact(report_of(worker, warm(tiny_script(), {shaped({{2, 16}})})), "graph"),
              "optimised");
}

TEST(WarmUp, is_off_where_there_is_nothing_to_run) {
    WorkerProcess worker;
    const ipc::LoadReport report = report_of(worker, tiny("tiny-pt2"));
    EXPECT_EQ(fact(report, "warmup"), "off");
    EXPECT_THAT(phases_of(report), testing::Not(testing::Contains("first_inference")));
}

TEST(WarmUp, runs_every_shape) {
    WorkerProcess worker;
    const auto load = warm(tiny_script(), {shaped({{1, 16}}), shaped({{5, 16}}, ipc::Fill::zeros)});
    EXPECT_THAT(fact(report_of(worker, load), "warmup"), StartsWith("2 shapes, "));
    EXPECT_EQ(answer_of(worker).size(), 8U);
}

TEST(WarmUp, does_not_change_the_answers) {
    WorkerProcess worker;
    report_of(worker, tiny_script());
    const std::vector<float> cold = answer_of(worker);
    report_of(worker, warm(tiny_script(), {shaped({{2, 16}})}));
    EXPECT_EQ(answer_of(worker), cold);
}

TEST(WarmUp, may_have_outputs_that_no_message_could_hold) {
    WorkerProcess worker;
    const std::vector<ipc::Axis> picture{axis("height"), axis("width"), axis(3)};
    auto load = torchscript("invert", {spec("image", DType::uint8, picture, true)},
                            {spec("output", DType::uint8, picture)});
    load = warm(load, {shaped({{1080, 1920, 3}})});
    EXPECT_THAT(fact(report_of(worker, load), "warmup"), StartsWith("1 shape, "));
}

TEST(WarmUp, takes_its_elements_from_a_file) {
    WorkerProcess worker;
    const TemporaryFolder folder;
    const std::string file = folder.path() / "x";
    const auto load_with = [&](float first) {
        const std::vector<float> values{first, 1, 2};
        std::ofstream out(file, std::ios::binary);
        out << "head";
        out.write(reinterpret_cast<const char*>(values.data()), 12);
        out.close();
        const auto vector = [](const char* name) {
            return spec(name, DType::float32, {axis("n")});
        };
        auto load = torchscript("throws", {vector("x")}, {vector("output")});
        load.warm_ups = {{{{{3}, ipc::Fill::file, file, 4}}}};
        return worker.load(load);
    };
    EXPECT_THAT(fact(load_with(1).as<ipc::WorkerLoaded>().report, "warmup"),
                StartsWith("1 shape, "));
    // The model takes no negative number: so this one has read the file.
    EXPECT_THAT(load_with(-1).as<ipc::ErrorReply>().error.message,
                HasSubstr("takes no negative numbers"));
}

TEST(WarmUp, that_was_asked_for_and_fails_is_a_load_that_fails) {
    WorkerProcess worker;
    auto load = warm(torchscript("tiny", tiny_inputs(), {spec("output", DType::int32, {axis(1)})}),
                     {shaped({{2, 16}})});
    const Error error = worker.load(load).as<ipc::ErrorReply>().error;
    EXPECT_THAT(error.message, testing::AllOf(HasSubstr("its warm-up failed: output 'output'")));
    EXPECT_THAT(error.hint, HasSubstr("warmup = false"));
}

TEST(WarmUp, that_nobody_asked_for_and_fails_leaves_a_model_that_is_hot) {
    WorkerProcess worker;
    auto load = warm(torchscript("tiny", tiny_inputs(), {spec("output", DType::int32, {axis(1)})}),
                     {shaped({{2, 16}})});
    load.warm_ups_may_fail = true;
    EXPECT_EQ(fact(report_of(worker, load), "warmup"), "failed");
    EXPECT_EQ(worker.health().models, 1U);
}

}  // namespace
}  // namespace samovar::tests
