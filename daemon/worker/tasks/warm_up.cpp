#include "daemon/worker/tasks/warm_up.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>
#include <vector>

#include "daemon/worker/engine/element_types.hpp"
#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/tasks/settling.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// The same at each load, so that loads can be compared.
constexpr std::uint64_t kSeed = 20250401;

// Floating point in 0..1, bytes in 0..255, and 0 or 1 of other integers: small enough for an index.
void fill_randomly(at::Tensor& tensor, at::Generator& source) {
    if (tensor.is_floating_point())
        tensor.uniform_(0, 1, source);
    else
        tensor.random_(0, tensor.scalar_type() == at::kByte ? 256 : 2, source);
}

void read_file(const ipc::WarmUpInput& input, ipc::Bytes& into) {
    std::ifstream file(input.file, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(input.offset));
    file.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    if (!file) throw JobError(io_error("reading " + input.file, errno));
}

ipc::InputTensor make_input(const ipc::TensorSpec& spec, const ipc::WarmUpInput& wanted,
                            at::Generator& source) {
    const auto type = to_scalar_type(spec.dtype);
    const auto bytes = tensor_bytes(spec.dtype, wanted.shape);
    if (!type || !bytes)
        throw JobError(Errc::invalid_argument, "the warm-up of input '" + spec.name +
                                                   "' has a type or a shape that cannot be");
    ipc::InputTensor input;
    input.dtype = spec.dtype;
    input.shape = wanted.shape;
    input.data.resize(static_cast<std::size_t>(*bytes));
    if (wanted.fill == ipc::Fill::file) {
        read_file(wanted, input.data);
    } else if (wanted.fill == ipc::Fill::random && !input.data.empty()) {
        at::Tensor values =
            at::empty(std::vector<std::int64_t>(wanted.shape.begin(), wanted.shape.end()), *type);
        fill_randomly(values, source);
        std::memcpy(input.data.data(), values.const_data_ptr(), input.data.size());
    }
    return input;
}

class WarmUps {
  public:
    WarmUps(const LoadedModel& model, const ipc::WorkerLoad& load, Device& device)
        : model_(model), device_(device), channels_(device), clock_(device.make_clock()) {
        for (const ipc::WarmUp& warm_up : load.warm_ups)
            shapes_.push_back(
                {make_up_job(model, warm_up), Settling(model.network->runs_to_optimise())});
    }

    void run(LoadSteps& steps) {
        steps.begin("first_inference");
        for (Shape& shape : shapes_)
            run_once(shape);
        steps.begin("optimise");
        for (Shape& shape : shapes_)
            while (!shape.settling.done())
                run_once(shape);
    }
    std::string in_words() const {
        int runs = 0;
        for (const Shape& shape : shapes_)
            runs += shape.settling.runs();
        return ipc::count_of(shapes_.size(), "shape") + ", " +
               ipc::count_of(static_cast<std::uint64_t>(runs), "run");
    }

  private:
    struct Shape {
        ipc::RunJob job;
        Settling settling;
    };
    void run_once(Shape& shape) {
        Slots slots(channels_, std::numeric_limits<std::uint64_t>::max());
        const auto begun = std::chrono::steady_clock::now();
        run_task(model_, {&shape.job, &slots}, device_, *clock_);
        shape.settling.ran(std::chrono::steady_clock::now() - begun);
    }

    const LoadedModel& model_;
    Device& device_;
    Channels channels_;  // none: its inputs lie in the message
    std::unique_ptr<StageClock> clock_;
    std::vector<Shape> shapes_;
};

}  // namespace

ipc::RunJob make_up_job(const LoadedModel& model, const ipc::WarmUp& warm_up) {
    if (warm_up.inputs.size() != model.inputs.size())
        throw JobError(Errc::invalid_argument,
                       "a warm-up has " + ipc::count_of(warm_up.inputs.size(), "input"));
    at::Generator source = at::make_generator<at::CPUGeneratorImpl>(kSeed);
    ipc::RunJob job;
    for (std::size_t i = 0; i < model.inputs.size(); ++i)
        job.inputs.push_back(make_input(model.inputs[i], warm_up.inputs[i], source));
    if (model.texts && warm_up.inputs[0].fill != ipc::Fill::file)
        text::make_up_texts(job.inputs[0].data, job.inputs[1].data);
    // Its outputs go where those of a job go that has no slots, but may be of any size.
    ipc::OutputPlace place;
    place.capacity = std::numeric_limits<std::uint64_t>::max();
    job.outputs.assign(model.task == ipc::Task::mask ? 1 : model.outputs.size(), place);
    return job;
}

std::string warm_up(const LoadedModel& model, const ipc::WorkerLoad& load, Device& device,
                    LoadSteps& steps) {
    if (load.warm_ups.empty()) return "off";
    try {
        const AmongJobs among_jobs(device);
        WarmUps warm_ups(model, load, device);
        warm_ups.run(steps);
        return warm_ups.in_words();
    } catch (...) {
        Error error = caught_error(Errc::bad_model, "the warm-up of " + model.name, "");
        if (!load.warm_ups_may_fail) {
            error.message = "its warm-up failed: " + error.message;
            error.hint = "mend [[warmup]] in its model.toml, or set warmup = false";
            throw JobError(std::move(error));
        }
        if (!device.usable()) throw;
        log::warning("the warm-up of " + model.name +
                     " failed, which its first job may, too: " + describe(error));
        return "failed";
    }
}

}  // namespace samovar::worker
