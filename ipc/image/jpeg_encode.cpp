// As in jpeg_decode.cpp, nothing with a destructor lives between setjmp and longjmp.

#include <stdio.h>  // jpeglib.h wants size_t and FILE

#include <jpeglib.h>

#include <array>
#include <csetjmp>
#include <cstdlib>

#include "ipc/image/encode.hpp"
#include "ipc/image/pixels.hpp"

namespace samovar::image {
namespace {

struct Escape {
    jpeg_error_mgr errors;  // first, so that its address is ours
    std::jmp_buf where;
    std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void leave(j_common_ptr encoder) {
    auto* escape = reinterpret_cast<Escape*>(encoder->err);
    encoder->err->format_message(encoder, escape->message.data());
    std::longjmp(escape->where, 1);
}

class JpegEncoder {
  public:
    JpegEncoder() {
        jpeg_.err = jpeg_std_error(&escape_.errors);
        escape_.errors.error_exit = leave;
    }
    ~JpegEncoder() {
        jpeg_destroy_compress(&jpeg_);
        std::free(file_);
    }
    JpegEncoder(const JpegEncoder&) = delete;
    JpegEncoder& operator=(const JpegEncoder&) = delete;

    bool write(const Pixels& pixels, int quality, bool optimise) {
        if (setjmp(escape_.where)) return false;
        jpeg_create_compress(&jpeg_);
        jpeg_mem_dest(&jpeg_, &file_, &bytes_);
        jpeg_.image_width = pixels.width;
        jpeg_.image_height = pixels.height;
        jpeg_.input_components = static_cast<int>(pixels.format);
        jpeg_.in_color_space = pixels.format == PixelFormat::grey ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(&jpeg_);
        jpeg_set_quality(&jpeg_, quality, TRUE);
        jpeg_.optimize_coding = optimise ? TRUE : FALSE;
        jpeg_start_compress(&jpeg_, TRUE);
        while (jpeg_.next_scanline < jpeg_.image_height) {
            // libjpeg takes a pointer to non-const and only reads.
            auto* row = const_cast<JSAMPLE*>(reinterpret_cast<const JSAMPLE*>(
                pixels.bytes.data() + jpeg_.next_scanline * detail::row_bytes(pixels)));
            jpeg_write_scanlines(&jpeg_, &row, 1);
        }
        jpeg_finish_compress(&jpeg_);
        return true;
    }

    std::span<const std::byte> file() const { return std::as_bytes(std::span(file_, bytes_)); }
    const char* message() const { return escape_.message.data(); }

  private:
    jpeg_compress_struct jpeg_{};
    Escape escape_{};
    unsigned char* file_ = nullptr;
    unsigned long bytes_ = 0;
};

}  // namespace

Result<std::vector<std::byte>> encode_jpeg(const Pixels& pixels, int quality, bool optimise) {
    if (Result<void> checked = detail::check_pixels(pixels); !checked) return checked.error();
    if (pixels.format == PixelFormat::rgba)
        return Error{Errc::invalid_argument, "JPEG holds no transparency", "write a PNG", 0, 0};
    if (quality < 1 || quality > 100)
        return Error{Errc::invalid_argument,
                     "quality " + std::to_string(quality) + " is not 1 to 100", "", 0, 0};
    JpegEncoder encoder;
    if (!encoder.write(pixels, quality, optimise))
        return Error{Errc::invalid_argument,
                     "the picture cannot be a JPEG: " + std::string(encoder.message()),
                     "write a PNG", 0, 0};
    const auto file = encoder.file();
    return std::vector<std::byte>(file.begin(), file.end());
}

}  // namespace samovar::image
