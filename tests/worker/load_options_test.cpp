// How a model is held: what was asked for is in force, or is refused.

#include <gmock/gmock.h>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using ipc::Precision;
using testing::HasSubstr;

ipc::WorkerLoad convolution(const ipc::LoadOptions& options = {}) {
    const auto picture = [](const char* name, std::uint64_t channels) {
        return spec(name, DType::float32, {axis("n"), axis(channels), axis("h"), axis("w")});
    };
    ipc::WorkerLoad load = torchscript("", {picture("x", 3)}, {picture("y", 4)});
    load.code.file = SAMOVAR_TEST_DATA "/worker/convolution.pt";
    load.options = options;
    return load;
}

ipc::LoadReport report_of(WorkerProcess& worker, const ipc::WorkerLoad& load) {
    return worker.load(load).as<ipc::WorkerLoaded>().report;
}

std::string in_force(WorkerProcess& worker, const ipc::LoadOptions& options,
                     const std::string& name) {
    for (const ipc::LoadFact& each : report_of(worker, convolution(options)).facts)
        if (each.name == name) return each.value;
    return "";
}

std::vector<float> answer(WorkerProcess& worker) {
    std::vector<float> x(2 * 3 * 6 * 5);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i % 17) / 16;
    const auto done =
        worker.run(job({inline_input(DType::float32, {2, 3, 6, 5}, x)})).as<ipc::JobDone>();
    EXPECT_EQ(done.outputs.at(0).dtype, DType::float32);
    return values_of<float>(done.outputs.at(0));
}

TEST(LoadOptions, leave_the_file_as_it_is_where_nothing_is_said) {
    WorkerProcess worker;
    EXPECT_EQ(in_force(worker, {}, "precision"), "float32");
    EXPECT_EQ(in_force(worker, {}, "memory_format"), "contiguous");
    EXPECT_EQ(in_force(worker, {}, "frozen"), "no");
}

TEST(LoadOptions, of_TorchScript_are_in_force) {
    WorkerProcess worker;
    ipc::LoadOptions options;
    options.precision = Precision::bf16;
    EXPECT_EQ(in_force(worker, options, "precision"), "bfloat16");
    options = {};
    options.channels_last = true;
    EXPECT_EQ(in_force(worker, options, "memory_format"), "channels_last");
    options = {};
    options.freeze = true;
    EXPECT_EQ(in_force(worker, options, "frozen"), "yes");
    options = {};
    options.load_threads = 3;
    EXPECT_EQ(in_force(worker, options, "load_threads"), "3");
}

TEST(LoadOptions, that_have_no_meaning_on_a_CPU_are_told_as_that) {
    WorkerProcess worker;
    ipc::LoadOptions options;
    options.cudnn_benchmark = true;
    options.reserve_bytes = 4096;
    EXPECT_EQ(in_force(worker, options, "cudnn_benchmark"), "off, no GPU");
    EXPECT_EQ(in_force(worker, options, "reserve"), "none, no GPU");
}

TEST(LoadOptions, leave_the_answers_what_they_were_within_the_precision) {
    WorkerProcess worker;
    report_of(worker, convolution());
    const std::vector<float> plain = answer(worker);
    ASSERT_EQ(plain.size(), 2U * 4 * 6 * 5);
    const auto expect_near = [&](const ipc::LoadOptions& options, float within) {
        report_of(worker, convolution(options));
        EXPECT_THAT(answer(worker), testing::Pointwise(testing::FloatNear(within), plain));
    };
    expect_near({0, Precision::as_it_is, true, false, false, 0}, 1e-5F);
    expect_near({0, Precision::as_it_is, false, true, false, 0}, 1e-5F);
    expect_near({0, Precision::as_it_is, true, true, false, 0}, 1e-5F);
    expect_near({0, Precision::fp32, false, false, false, 0}, 1e-5F);
    expect_near({0, Precision::bf16, false, false, false, 0}, 0.1F);
    expect_near({0, Precision::bf16, true, true, false, 0}, 0.1F);
}

TEST(LoadOptions, make_halves_of_weights_that_were_frozen_before) {
    WorkerProcess worker;
    ipc::WorkerLoad load = torchscript("tiny", tiny_inputs(), tiny_outputs());
    const std::uint64_t whole = report_of(worker, load).weight_bytes;
    const std::vector<float> plain = answer_of(worker);
    load.options.precision = Precision::bf16;
    EXPECT_EQ(report_of(worker, load).weight_bytes, whole / 2);
    EXPECT_THAT(answer_of(worker), testing::Pointwise(testing::FloatNear(0.1F), plain));
}

TEST(LoadOptions, that_a_pt2_has_baked_in_are_refused_where_they_are_others) {
    WorkerProcess worker;
    const auto error_of = [&](const ipc::LoadOptions& options) {
        ipc::WorkerLoad load = tiny("tiny-pt2");
        load.options = options;
        return worker.load(load).as<ipc::ErrorReply>().error;
    };
    const Error half = error_of({0, Precision::bf16, false, false, false, 0});
    EXPECT_EQ(half.code, Errc::bad_model);
    EXPECT_THAT(half.message, HasSubstr("precision = \"bf16\" was asked of model.pt2, which was "
                                        "exported with float32"));
    EXPECT_THAT(half.hint, HasSubstr("export"));
    EXPECT_THAT(error_of({0, Precision::as_it_is, true, false, false, 0}).message,
                HasSubstr("channels_last"));
    EXPECT_THAT(error_of({0, Precision::as_it_is, false, true, false, 0}).message,
                HasSubstr("freeze"));
    ipc::WorkerLoad load = tiny("tiny-pt2");
    load.options.precision = Precision::fp32;
    EXPECT_EQ(report_of(worker, load).facts.at(0).value, "float32");
}

}  // namespace
}  // namespace samovar::tests
