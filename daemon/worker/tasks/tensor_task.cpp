// Task `tensor`: the model's own inputs and outputs, as model.toml declares them.

#include <optional>
#include <vector>

#include "daemon/worker/cache/picture.hpp"
#include "daemon/worker/engine/element_types.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/axes.hpp"
#include "daemon/worker/tasks/inputs.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "daemon/worker/tasks/prepared_job.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// As the daemon has it: pixels of a whole picture.
bool takes_encoded(const ipc::TensorSpec& spec) {
    return spec.image && spec.dtype == DType::uint8 && spec.shape.size() == 3;
}

// A network may write to its inputs, but not to a picture that others are given, too.
at::Tensor on_device(const at::Tensor& picture, c10::Device device) {
    return device.is_cpu() ? picture.clone() : picture.to(device, /*non_blocking=*/true);
}

std::vector<at::Tensor> gather_inputs(const LoadedModel& model, const ipc::RunJob& job,
                                      c10::Device device, Slots& slots, NamedSizes& sizes) {
    if (job.inputs.size() != model.inputs.size())
        throw JobError(Errc::bad_input, ipc::count_of(job.inputs.size(), "input") +
                                            " for a model that takes " +
                                            std::to_string(model.inputs.size()));
    std::vector<at::Tensor> tensors;
    tensors.reserve(job.inputs.size() + 1);
    for (std::size_t i = 0; i < job.inputs.size(); ++i) {
        const ipc::TensorSpec& spec = model.inputs[i];
        const ipc::InputTensor& input = job.inputs[i];
        const std::string title = input_title(spec.name, i);
        const bool encoded = input.dtype == DType::encoded_image && takes_encoded(spec);
        const at::Tensor picture =
            encoded ? decode_picture(input, slots, pictures_of(model, job)) : at::Tensor();
        const DType dtype = encoded ? DType::uint8 : input.dtype;
        const Shape shape =
            encoded ? Shape(picture.sizes().begin(), picture.sizes().end()) : input.shape;
        const auto problem = bind_shape(spec.shape, shape, sizes);
        if (problem || dtype != spec.dtype)
            throw JobError(Errc::bad_input, title + " is " + in_words(dtype, shape) +
                                                " where the model takes " + in_words(spec) +
                                                (problem ? ": " + *problem : ""));
        tensors.push_back(encoded ? on_device(picture, device)
                                  : input_tensor(input, spec.image, title, device, slots));
    }
    return tensors;
}

void write_output(const ipc::TensorSpec& spec, std::size_t position, const at::Tensor& result,
                  NamedSizes& sizes, Outputs& outputs) {
    const auto wrong = [&spec](const std::string& returned, const std::string& why) {
        return JobError(Errc::bad_output,
                        "output '" + spec.name + "' is " + returned +
                            " where model.toml declares " + in_words(spec) + why,
                        "make [[output]] in model.toml what the network returns");
    };
    if (!result.defined() || result.layout() != c10::kStrided) throw wrong("no dense tensor", "");
    const std::optional<DType> dtype = to_dtype(result.scalar_type());
    const Shape shape(result.sizes().begin(), result.sizes().end());
    if (!dtype) throw wrong(std::string(c10::toString(result.scalar_type())), "");
    const auto problem = bind_shape(spec.shape, shape, sizes);
    if (problem || *dtype != spec.dtype)
        throw wrong(in_words(*dtype, shape), problem ? ": " + *problem : "");
    copy_out(result, outputs.open(position, spec.name, *dtype, shape));
}

class TensorJob final : public PreparedJob {
  public:
    TensorJob(const LoadedModel& model, const ipc::RunJob& job, Slots& slots, Device& device)
        : model_(model), outputs_(job.outputs, model.outputs.size(), slots) {
        inputs = gather_inputs(model, job, device.torch(), slots, sizes_);
    }
    std::vector<ipc::OutputTensor> finish(const std::vector<at::Tensor>& results) override {
        if (results.size() != model_.outputs.size())
            throw JobError(Errc::bad_output,
                           "the model returned " + ipc::count_of(results.size(), "tensor") +
                               " where model.toml declares " +
                               std::to_string(model_.outputs.size()),
                           "make the [[output]]s of model.toml what the network returns");
        for (std::size_t i = 0; i < results.size(); ++i)
            write_output(model_.outputs[i], i, results[i], sizes_, outputs_);
        return outputs_.take();
    }

  private:
    const LoadedModel& model_;
    Outputs outputs_;
    NamedSizes sizes_;
};

}  // namespace

std::unique_ptr<PreparedJob> prepare_tensor_job(const LoadedModel& model, const ipc::RunJob& job,
                                                Slots& slots, Device& device) {
    if (auto params = read_tensor_params(job.params); !params)
        throw JobError(std::move(params).error());
    return std::make_unique<TensorJob>(model, job, slots, device);
}

}  // namespace samovar::worker
