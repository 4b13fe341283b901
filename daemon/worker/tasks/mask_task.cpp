// Task `mask`: a picture in, its alpha or cut-out out; see docs/models.md.

#include <utility>
#include <vector>

#include "daemon/worker/cache/picture.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/axes.hpp"
#include "daemon/worker/tasks/inputs.hpp"
#include "daemon/worker/tasks/mask_steps.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "daemon/worker/tasks/prepared_job.hpp"
#include "ipc/image/image.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// Either side of a picture, raw or encoded; also a bound for what is kept for each row.
constexpr std::uint64_t kMaxSide = image::kMaxImageSide;

constexpr const char* kTitle = "the picture";

void check_raw(const ipc::InputTensor& input) {
    const bool rgb = input.dtype == DType::uint8 && input.shape.size() == 3 && input.shape[2] == 3;
    if (!rgb || input.shape[0] == 0 || input.shape[1] == 0)
        throw JobError(Errc::bad_input,
                       "the picture is " + in_words(input.dtype, input.shape) +
                           " where task mask takes uint8 [height, width, 3], or an encoded_image",
                       "send RGB elements, or the bytes of a JPEG or PNG file");
    if (input.shape[0] > kMaxSide || input.shape[1] > kMaxSide)
        throw JobError(Errc::bad_input,
                       "the picture is " + to_string(input.shape) + ", and a side may have " +
                           std::to_string(kMaxSide) + " at most",
                       "send it in parts, or smaller");
}

// The picture on the host: viewed in the client's slot, or decoded into memory of our own.
at::Tensor take_picture(const ipc::InputTensor& input, Slots& slots, ResultCache* pictures) {
    if (input.dtype == DType::encoded_image) return decode_picture(input, slots, pictures);
    check_raw(input);
    return input_tensor(input, /*image=*/true, kTitle, c10::kCPU, slots);
}

class MaskJob final : public PreparedJob {
  public:
    MaskJob(const LoadedModel& model, const ipc::RunJob& job, bool cutout, Slots& slots,
            Device& device)
        : spec_(model.mask), cutout_(cutout), outputs_(job.outputs, 1, slots) {
        if (job.inputs.size() != 1)
            throw JobError(Errc::bad_input, ipc::count_of(job.inputs.size(), "input") +
                                                " where task mask takes one picture");
        const at::Tensor host = take_picture(job.inputs.front(), slots, pictures_of(model, job));
        const auto height = static_cast<std::uint64_t>(host.size(0));
        const auto width = static_cast<std::uint64_t>(host.size(1));
        const Shape shape = cutout ? Shape{height, width, 4} : Shape{height, width};
        out_ = outputs_.open(0, cutout ? "cutout" : "alpha", DType::uint8, shape);
        picture_ = host.to(device.torch(), /*non_blocking=*/true);
        inputs = {prepare_picture(picture_, spec_)};
    }
    std::vector<ipc::OutputTensor> finish(const std::vector<at::Tensor>& results) override {
        const at::Tensor mask = read_mask(results, spec_);
        if (picture_.is_cpu())
            finish_on_cpu(mask, picture_, spec_, cutout_, out_);
        else
            copy_out(finish_on_device(mask, picture_, spec_, cutout_), out_);
        return outputs_.take();
    }

  private:
    const ipc::MaskSpec& spec_;
    bool cutout_;
    Outputs outputs_;
    std::span<std::byte> out_;
    at::Tensor picture_;
};

}  // namespace

std::unique_ptr<PreparedJob> prepare_mask_job(const LoadedModel& model, const ipc::RunJob& job,
                                              Slots& slots, Device& device) {
    const MaskOutput kind = take_or_throw(read_mask_params(job.params));
    return std::make_unique<MaskJob>(model, job, kind == MaskOutput::cutout, slots, device);
}

}  // namespace samovar::worker
