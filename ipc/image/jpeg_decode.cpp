// libjpeg reports by callbacks and leaves by longjmp: what runs between setjmp and longjmp owns
// nothing that has a destructor.

#include <jerror.h>
#include <stdio.h>  // jpeglib.h wants size_t and FILE

#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <vector>

#include "ipc/image/decoders.hpp"
#include "ipc/image/orientation.hpp"

namespace samovar::image::detail {
namespace {

// Rows that are turned at once: sixteen pixels of three bytes fill a cache line nearly.
constexpr std::uint32_t kRowsAtOnce = 16;
constexpr std::size_t kCmykChannels = 4;

struct Escape {
    jpeg_error_mgr errors;  // first, so that its address is ours
    std::jmp_buf where;
    std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void leave(j_common_ptr decoder) {
    auto* escape = reinterpret_cast<Escape*>(decoder->err);
    decoder->err->format_message(decoder, escape->message.data());
    std::longjmp(escape->where, 1);
}

// Cameras write padding and odd headers; all else means that pixels are wrong or missing.
bool is_harmless(int code) {
    return code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM ||
           code == JWRN_BOGUS_PROGRESSION;
}

void on_message(j_common_ptr decoder, int level) {
    if (level < 0 && !is_harmless(decoder->err->msg_code)) leave(decoder);
}

void on_progress(j_common_ptr decoder) {
    const auto* full = reinterpret_cast<j_decompress_ptr>(decoder);
    if (full->input_scan_number <= kMaxJpegScans) return;
    auto* escape = reinterpret_cast<Escape*>(decoder->err);
    std::strcpy(escape->message.data(), "more scans than any encoder writes");
    std::longjmp(escape->where, 1);
}

class JpegDecoder {
  public:
    explicit JpegDecoder(Bytes file) : file_(file) {
        jpeg_.err = jpeg_std_error(&escape_.errors);
        escape_.errors.error_exit = leave;
        escape_.errors.emit_message = on_message;
        progress_.progress_monitor = on_progress;
    }
    ~JpegDecoder() { jpeg_destroy_decompress(&jpeg_); }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    bool read_header() {
        if (setjmp(escape_.where)) return false;
        jpeg_create_decompress(&jpeg_);
        jpeg_.progress = &progress_;
        jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(file_.data()),
                     static_cast<unsigned long>(file_.size()));
        jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xffff);
        jpeg_read_header(&jpeg_, TRUE);
        return true;
    }

    std::uint8_t orientation() const {
        for (const jpeg_marker_struct* marker = jpeg_.marker_list; marker; marker = marker->next) {
            const std::uint8_t found = exif_orientation(
                std::as_bytes(std::span(marker->data, std::size_t{marker->data_length})));
            if (found != 1) return found;
        }
        return 1;
    }

    bool is_cmyk() const {
        return jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
    }

    // Into `out`, upright already; no row is copied.
    bool read_upright(std::span<std::byte> out) {
        if (setjmp(escape_.where)) return false;
        start(JCS_RGB);
        const std::size_t row_bytes = std::size_t{jpeg_.output_width} * 3;
        while (jpeg_.output_scanline < jpeg_.output_height) {
            JSAMPROW row =
                reinterpret_cast<JSAMPROW>(out.data()) + jpeg_.output_scanline * row_bytes;
            jpeg_read_scanlines(&jpeg_, &row, 1);
        }
        return finish();
    }

    // By way of `stripe`, which holds kRowsAtOnce rows of four channels.
    bool read_turned(const Upright& upright, std::span<std::byte> stripe) {
        if (setjmp(escape_.where)) return false;
        const bool cmyk = is_cmyk();
        start(cmyk ? JCS_CMYK : JCS_RGB);
        const std::size_t row_bytes = std::size_t{jpeg_.output_width} * (cmyk ? kCmykChannels : 3);
        while (jpeg_.output_scanline < jpeg_.output_height) {
            const std::uint32_t top = jpeg_.output_scanline;
            const std::uint32_t rows = std::min(kRowsAtOnce, jpeg_.output_height - top);
            while (jpeg_.output_scanline < top + rows) {
                JSAMPROW row = reinterpret_cast<JSAMPROW>(stripe.data()) +
                               (jpeg_.output_scanline - top) * row_bytes;
                jpeg_read_scanlines(&jpeg_, &row, 1);
            }
            if (cmyk) to_rgb(stripe.first(rows * row_bytes));
            upright.put(top, stripe.first(std::size_t{rows} * jpeg_.output_width * 3));
        }
        return finish();
    }

    std::uint32_t width() const { return jpeg_.image_width; }
    std::uint32_t height() const { return jpeg_.image_height; }
    const char* message() const { return escape_.message.data(); }

  private:
    void start(J_COLOR_SPACE space) {
        jpeg_.out_color_space = space;
        jpeg_start_decompress(&jpeg_);
    }

    bool finish() {
        jpeg_finish_decompress(&jpeg_);
        return true;
    }

    // In place. Adobe's programs, which write nearly all CMYK files and mark them, store ink
    // inverted.
    void to_rgb(std::span<std::byte> pixels) const {
        const unsigned flip = jpeg_.saw_Adobe_marker ? 0 : 255;
        std::byte* out = pixels.data();
        for (std::size_t i = 0; i < pixels.size(); i += kCmykChannels) {
            const unsigned light = std::to_integer<unsigned>(pixels[i + 3]) ^ flip;
            for (std::size_t c = 0; c < 3; ++c) {
                const unsigned colour = std::to_integer<unsigned>(pixels[i + c]) ^ flip;
                *out++ = static_cast<std::byte>((colour * light + 127) / 255);
            }
        }
    }

    Bytes file_;
    jpeg_decompress_struct jpeg_{};
    jpeg_progress_mgr progress_{};
    Escape escape_{};
};

Error corrupt(const JpegDecoder& decoder) {
    return bad_image("the JPEG is corrupt or ends too early: " + std::string(decoder.message()),
                     "open it in a viewer, and save or fetch it again");
}

}  // namespace

Result<ImageInfo> probe_jpeg(Bytes file) {
    const auto decoder = std::make_unique<JpegDecoder>(file);
    if (!decoder->read_header()) return corrupt(*decoder);
    if (Result<void> size = check_size(decoder->width(), decoder->height()); !size)
        return size.error();
    ImageInfo info{ImageFormat::jpeg, decoder->width(), decoder->height(), decoder->orientation()};
    if (is_transposed(info.orientation)) std::swap(info.width, info.height);
    return info;
}

Result<void> decode_jpeg(Bytes file, const ImageInfo& info, std::span<std::byte> out) {
    const auto decoder = std::make_unique<JpegDecoder>(file);
    if (!decoder->read_header()) return corrupt(*decoder);
    bool whole = false;
    if (info.orientation == 1 && !decoder->is_cmyk()) {
        whole = decoder->read_upright(out);
    } else {
        const Upright upright(info.orientation, decoder->width(), decoder->height(), out);
        std::vector<std::byte> stripe(std::size_t{kRowsAtOnce} * decoder->width() * kCmykChannels);
        whole = decoder->read_turned(upright, stripe);
    }
    if (!whole) return corrupt(*decoder);
    return {};
}

}  // namespace samovar::image::detail
