#pragma once
// The model folders of tests/support/models.py as load requests, without the daemon's registry.

#include <filesystem>
#include <string>
#include <vector>

#include "ipc/wire/worker_messages.hpp"
#include "tests/support/job_parts.hpp"

namespace samovar::tests {

class WorkerProcess;

// $SAMOVAR_TEST_MODELS, or build/models of the checkout; `./dev test` makes them.
std::filesystem::path models_folder();

// An axis of a declaration: a number is a fixed size, a word a named one of 1 to 2^20.
ipc::Axis axis(std::uint64_t size);
ipc::Axis axis(const char* name);
ipc::TensorSpec spec(const std::string& name, DType dtype, std::vector<ipc::Axis> shape,
                     bool image = false);

// A request to load MODEL/model.pt as number 1, with task tensor.
ipc::WorkerLoad torchscript(const std::string& model, std::vector<ipc::TensorSpec> inputs,
                            std::vector<ipc::TensorSpec> outputs);
// The same of MODEL/model.pt2, unpacked once into a temporary folder, with its weights file where
// the folder has one.
ipc::WorkerLoad compiled(const std::string& model, std::vector<ipc::TensorSpec> inputs,
                         std::vector<ipc::TensorSpec> outputs);

ipc::RunJob job(std::vector<ipc::InputTensor> inputs, std::vector<ipc::OutputPlace> outputs = {});

// The small network of models.py, as "tiny" (TorchScript), "tiny-pt2" and "tiny-baked" (compiled).
std::vector<ipc::TensorSpec> tiny_inputs();
std::vector<ipc::TensorSpec> tiny_outputs();
ipc::WorkerLoad tiny(const std::string& model);
ipc::RunJob tiny_job();
// What the worker's model number 1, which is one of these, makes of tiny_job(): 8 elements.
std::vector<float> answer_of(WorkerProcess& worker);

}  // namespace samovar::tests
