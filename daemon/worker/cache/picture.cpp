#include "daemon/worker/cache/picture.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <utility>

#include "daemon/worker/cache/private_copy.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"
#include "ipc/image/image.hpp"

namespace samovar::worker {
namespace {

std::vector<std::int64_t> sizes_of_picture(std::uint64_t height, std::uint64_t width) {
    return {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), 3};
}

void decode_into(std::span<const std::byte> file, std::span<std::byte> pixels) {
    if (auto decoded = image::decode_rgb(file, pixels); !decoded)
        throw JobError(std::move(decoded).error());
    log::debug("decoded a picture of " + std::to_string(pixels.size()) + " bytes");
}

// The kept pixels, which live as long as the tensor, in the cache or not.
at::Tensor view(std::shared_ptr<const KeptResult> kept) {
    const ipc::OutputTensor& pixels = kept->outputs.front();
    auto* address = const_cast<std::byte*>(pixels.data.data());  // a tensor has no const
    return at::from_blob(
        address, sizes_of_picture(pixels.shape[0], pixels.shape[1]),
        [kept = std::move(kept)](void*) mutable { kept.reset(); }, at::TensorOptions(at::kByte));
}

}  // namespace

at::Tensor decode_picture(const ipc::InputTensor& input, Slots& slots, ResultCache* pictures) {
    ResultKey file = take_private({&input, 1}, {}, slots);
    if (pictures != nullptr)
        if (auto kept = pictures->find(file)) return view(std::move(kept));
    const std::span<const std::byte> bytes = file.inputs.front().data;
    const image::ImageInfo info = take_or_throw(image::probe(bytes));
    if (pictures == nullptr || !pictures->could_keep(bytes.size() + info.rgb_bytes())) {
        at::Tensor pixels = at::empty(sizes_of_picture(info.height, info.width), at::kByte);
        decode_into(bytes, {static_cast<std::byte*>(pixels.mutable_data_ptr()), pixels.nbytes()});
        return pixels;
    }
    auto decoded = std::make_shared<KeptResult>();
    ipc::OutputTensor& pixels = decoded->outputs.emplace_back();
    pixels.dtype = DType::uint8;
    pixels.shape = {info.height, info.width, 3};
    pixels.data.resize(static_cast<std::size_t>(info.rgb_bytes()));
    decode_into(bytes, pixels.data);
    pictures->keep(std::move(file), decoded);
    return view(std::move(decoded));
}

}  // namespace samovar::worker
