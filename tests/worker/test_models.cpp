#include "tests/worker/test_models.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>

#include "daemon/models/unpack.hpp"
#include "tests/support/process.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {

namespace fs = std::filesystem;

fs::path models_folder() {
    const char* given = std::getenv("SAMOVAR_TEST_MODELS");
    return given != nullptr ? given : SAMOVAR_TEST_MODELS;
}

ipc::Axis axis(std::uint64_t size) {
    return {"", size, size};
}
ipc::Axis axis(const char* name) {
    return {name, 1, 1u << 20};
}

ipc::TensorSpec spec(const std::string& name, DType dtype, std::vector<ipc::Axis> shape,
                     bool image) {
    return {name, dtype, std::move(shape), image};
}

namespace {

ipc::WorkerLoad request(const std::string& model, std::vector<ipc::TensorSpec> inputs,
                        std::vector<ipc::TensorSpec> outputs) {
    ipc::WorkerLoad load;
    load.model = 1;
    load.name = model;
    load.task = ipc::Task::tensor;
    load.inputs = std::move(inputs);
    load.outputs = std::move(outputs);
    return load;
}

// Unpacks each package once in this process; removed at its end.
fs::path unpacked(const std::string& model) {
    static std::map<std::string, std::unique_ptr<TemporaryFolder>> folders;
    std::unique_ptr<TemporaryFolder>& folder = folders[model];
    if (folder == nullptr) {
        folder = std::make_unique<TemporaryFolder>();
        const auto done =
            daemon::unpack_package(models_folder() / model / "model.pt2", folder->path());
        if (!done) throw std::runtime_error("cannot unpack " + model + "; run ./dev test");
    }
    return folder->path();
}

}  // namespace

ipc::WorkerLoad torchscript(const std::string& model, std::vector<ipc::TensorSpec> inputs,
                            std::vector<ipc::TensorSpec> outputs) {
    ipc::WorkerLoad load = request(model, std::move(inputs), std::move(outputs));
    load.code = {(models_folder() / model / "model.pt").native(), ipc::CodeFormat::torchscript, "",
                 "model.pt"};
    return load;
}

ipc::WorkerLoad compiled(const std::string& model, std::vector<ipc::TensorSpec> inputs,
                         std::vector<ipc::TensorSpec> outputs) {
    ipc::WorkerLoad load = request(model, std::move(inputs), std::move(outputs));
    const fs::path weights = models_folder() / model / "weights.safetensors";
    load.code = {unpacked(model).native(), ipc::CodeFormat::pt2,
                 fs::exists(weights) ? weights.native() : "", "model.pt2"};
    return load;
}

ipc::RunJob job(std::vector<ipc::InputTensor> inputs, std::vector<ipc::OutputPlace> outputs) {
    ipc::RunJob run;
    run.model = 1;
    run.inputs = std::move(inputs);
    run.outputs = std::move(outputs);
    return run;
}

std::vector<ipc::TensorSpec> tiny_inputs() {
    return {spec("x", DType::float32, {axis("batch"), axis(16)})};
}

std::vector<ipc::TensorSpec> tiny_outputs() {
    return {spec("output", DType::float32, {axis("batch"), axis(4)})};
}

ipc::WorkerLoad tiny(const std::string& model) {
    return compiled(model, tiny_inputs(), tiny_outputs());
}

ipc::RunJob tiny_job() {
    std::vector<float> x(32);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i) / 16 - 1;
    return job({inline_input(DType::float32, {2, 16}, x)});
}

std::vector<float> answer_of(WorkerProcess& worker) {
    return values_of<float>(worker.run(tiny_job()).as<ipc::JobDone>().outputs.at(0));
}

}  // namespace samovar::tests
