#include "daemon/worker/tasks/encode.hpp"

#include <utility>

#include "daemon/worker/job_error.hpp"
#include "ipc/image/encode.hpp"

namespace samovar::worker {
namespace {

bool is_picture(const ipc::OutputTensor& output) {
    const Shape& shape = output.shape;
    if (output.dtype != DType::uint8 || shape.size() < 2 || shape.size() > 3) return false;
    if (shape[0] == 0 || shape[1] == 0) return false;
    if (shape[0] > image::kMaxImageSide || shape[1] > image::kMaxImageSide) return false;
    return shape.size() == 2 || shape[2] == 1 || shape[2] == 3 || shape[2] == 4;
}

Result<ipc::Bytes> file_of(const ipc::OutputTensor& output, const Encoding& encoding) {
    image::Pixels pixels;
    pixels.bytes = output.data;
    pixels.height = static_cast<std::uint32_t>(output.shape[0]);
    pixels.width = static_cast<std::uint32_t>(output.shape[1]);
    pixels.format = static_cast<image::PixelFormat>(output.shape.size() == 3 ? output.shape[2] : 1);
    if (encoding.format == image::ImageFormat::png)
        return image::encode_png(pixels, encoding.optimise);
    return image::encode_jpeg(pixels, encoding.quality, encoding.optimise);
}

}  // namespace

void encode_pictures(std::vector<ipc::OutputTensor>& outputs, const Encoding& encoding) {
    bool any = false;
    for (ipc::OutputTensor& output : outputs) {
        if (!is_picture(output)) continue;
        any = true;
        output.data = take_or_throw(file_of(output, encoding));
        output.dtype = DType::encoded_image;
        output.shape = {output.data.size()};
    }
    if (!any)
        throw JobError(Errc::invalid_argument,
                       "parameter 'encode' is given, and the job's result is no picture",
                       "leave it out: a picture is uint8 [height, width], or with 1, 3 or 4 "
                       "channels");
}

}  // namespace samovar::worker
