// TorchScript on the CPU: large tensors stay in their file.

#include <gmock/gmock.h>

#include <numeric>

#include "tests/support/process_status.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

std::uint64_t anonymous_mb(const WorkerProcess& worker) {
    return status_kb(worker.pid(), "RssAnon") / 1024;
}

ipc::TensorSpec row_of(std::uint64_t width) {
    return spec("x", DType::float32, {axis("batch"), axis(width)});
}

std::vector<float> run(WorkerProcess& worker, const Shape& shape, const std::vector<float>& x) {
    const auto done = worker.run(job({inline_input(DType::float32, shape, x)}));
    return values_of<float>(done.as<ipc::JobDone>().outputs.at(0));
}

TEST(MappedTorchScript, of_many_tensors_of_one_shape_computes_as_compiled_code_does) {
    WorkerProcess worker;
    std::vector<float> x(2048);
    std::iota(x.begin(), x.end(), -1000.F);
    std::vector<std::vector<float>> answers;
    for (const ipc::WorkerLoad& load : {torchscript("mlp268", {row_of(2048)}, {row_of(2048)}),
                                        compiled("mlp268", {row_of(2048)}, {row_of(2048)})}) {
        EXPECT_TRUE(worker.load(load).as<ipc::WorkerLoaded>().report.mapped_weights);
        answers.push_back(run(worker, {1, 2048}, x));
    }
    for (std::size_t i = 0; i < x.size(); ++i)
        ASSERT_NEAR(answers[0][i], answers[1][i], 1e-2 + 1e-4 * std::abs(answers[1][i])) << i;
}

TEST(MappedTorchScript, costs_the_worker_no_memory_of_its_own) {
    WorkerProcess worker;
    worker.load(torchscript("tiny", tiny_inputs(), tiny_outputs())).as<ipc::WorkerLoaded>();
    const std::uint64_t before = anonymous_mb(worker);
    const auto report = worker.load(torchscript("mlp268", {row_of(2048)}, {row_of(2048)}))
                            .as<ipc::WorkerLoaded>()
                            .report;
    EXPECT_GT(report.weight_bytes, 260'000'000U);
    EXPECT_LT(anonymous_mb(worker), before + 40);
}

// What a module writes to its tensors is its own, and gone with it.
TEST(MappedTorchScript, that_writes_to_its_tensors_leaves_the_file_as_it_is) {
    WorkerProcess worker;
    const auto number = spec("x", DType::float32, {axis(1)});
    for (int load = 0; load < 2; ++load) {
        const auto loaded =
            worker.load(torchscript("tally", {number}, {number})).as<ipc::WorkerLoaded>();
        EXPECT_TRUE(loaded.report.mapped_weights);
        for (const float calls : {1.F, 2.F, 3.F})
            EXPECT_EQ(run(worker, {1}, {10}), std::vector<float>{10 + calls});
        worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
    }
}

TEST(MappedTorchScript, is_none_where_weights_are_packed_at_the_load) {
    WorkerProcess worker;
    const auto loaded = worker.load(torchscript("packed", {row_of(1024)}, {row_of(512)}));
    EXPECT_FALSE(loaded.as<ipc::WorkerLoaded>().report.mapped_weights);
    const std::vector<float> answer = run(worker, {1, 1024}, std::vector<float>(1024, 3));
    EXPECT_THAT(answer, testing::Each(testing::FloatNear(3, 0.1F)));
}

TEST(MappedTorchScript, is_none_where_it_is_converted) {
    WorkerProcess worker;
    ipc::WorkerLoad load = torchscript("mlp268", {row_of(2048)}, {row_of(2048)});
    load.options.precision = ipc::Precision::bf16;
    EXPECT_FALSE(worker.load(load).as<ipc::WorkerLoaded>().report.mapped_weights);
    EXPECT_EQ(run(worker, {1, 2048}, std::vector<float>(2048, 1)).size(), 2048U);
}

}  // namespace
}  // namespace samovar::tests
