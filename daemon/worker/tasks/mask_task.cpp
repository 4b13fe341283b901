// Task `mask`: a picture in, its alpha or cut-out out; see docs/models.md.

#include <ATen/ops/empty.h>

#include <utility>
#include <vector>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/axes.hpp"
#include "daemon/worker/tasks/inputs.hpp"
#include "daemon/worker/tasks/mask_steps.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/parameters.hpp"
#include "daemon/worker/tasks/task.hpp"
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

// The file is copied first: a decoder must not read what the client can still change.
at::Tensor decode(const ipc::InputTensor& input, Slots& slots) {
    const std::span<const std::byte> shared = input_bytes(input, kTitle, slots);
    const std::vector<std::byte> file(shared.begin(), shared.end());
    const image::ImageInfo info = take_or_throw(image::probe(file));
    at::Tensor pixels = at::empty({info.height, info.width, 3}, at::kByte);
    if (auto decoded = image::decode_rgb(
            file, {static_cast<std::byte*>(pixels.mutable_data_ptr()), pixels.nbytes()});
        !decoded)
        throw JobError(std::move(decoded).error());
    return pixels;
}

// The picture on the host: viewed in the client's slot, or decoded into memory of our own.
at::Tensor take_picture(const ipc::InputTensor& input, Slots& slots) {
    if (input.dtype == DType::encoded_image) return decode(input, slots);
    check_raw(input);
    return input_tensor(input, /*image=*/true, kTitle, c10::kCPU, slots);
}

}  // namespace

ipc::JobDone run_mask_task(const LoadedModel& model, const ipc::RunJob& job, Slots& slots,
                           Device& device, StageClock& clock) {
    clock.begin();
    const MaskOutput kind = take_or_throw(read_mask_params(job.params));
    Outputs outputs(job.outputs, 1, slots);
    if (job.inputs.size() != 1)
        throw JobError(Errc::bad_input, ipc::count_of(job.inputs.size(), "input") +
                                            " where task mask takes one picture");
    const at::Tensor host = take_picture(job.inputs.front(), slots);
    const auto height = static_cast<std::uint64_t>(host.size(0));
    const auto width = static_cast<std::uint64_t>(host.size(1));
    const bool cutout = kind == MaskOutput::cutout;
    const Shape shape = cutout ? Shape{height, width, 4} : Shape{height, width};
    const std::span<std::byte> out =
        outputs.open(0, cutout ? "cutout" : "alpha", DType::uint8, shape);

    const at::Tensor picture = host.to(device.torch(), /*non_blocking=*/true);
    std::vector<at::Tensor> inputs{prepare_picture(picture, model.mask)};
    clock.prepared();
    const std::vector<at::Tensor> results = model.network->forward(std::move(inputs));
    clock.inferred();
    const at::Tensor mask = read_mask(results, model.mask);
    if (picture.is_cpu())
        finish_on_cpu(mask, picture, model.mask, cutout, out);
    else
        copy_out(finish_on_device(mask, picture, model.mask, cutout), out);
    ipc::JobDone done;
    done.timings = clock.finish();
    done.outputs = outputs.take();
    return done;
}

}  // namespace samovar::worker
