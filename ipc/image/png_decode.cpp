// libpng leaves by longjmp, as libjpeg does: what runs between setjmp and longjmp owns nothing that
// has a destructor.

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <vector>

#include "ipc/image/decoders.hpp"

namespace samovar::image::detail {
namespace {

constexpr std::size_t kRgba = 4;
// One chunk beside the pixels (a profile, a text) after inflating: real ones are below a megabyte.
constexpr png_alloc_size_t kMaxChunkBytes = 4u << 20;

struct Source {
    Bytes rest;
    std::jmp_buf where;
    std::array<char, 128> message{};
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
    auto* source = static_cast<Source*>(png_get_error_ptr(png));
    std::strncpy(source->message.data(), text, source->message.size() - 1);
    std::longjmp(source->where, 1);
}

void on_warning(png_structp, png_const_charp) {}  // of odd metadata, which is not used

void on_read(png_structp png, png_bytep out, std::size_t bytes) {
    auto* source = static_cast<Source*>(png_get_io_ptr(png));
    if (bytes > source->rest.size()) png_error(png, "the file ends too early");
    std::memcpy(out, source->rest.data(), bytes);
    source->rest = source->rest.subspan(bytes);
}

std::byte over_white(std::byte colour, unsigned alpha) {
    const unsigned white = 255 * (255 - alpha);
    return static_cast<std::byte>((std::to_integer<unsigned>(colour) * alpha + white + 127) / 255);
}

void flatten(std::span<const std::byte> rgba, std::byte* out) {
    for (std::size_t i = 0; i < rgba.size(); i += kRgba) {
        const auto alpha = std::to_integer<unsigned>(rgba[i + 3]);
        for (std::size_t c = 0; c < 3; ++c)
            *out++ = over_white(rgba[i + c], alpha);
    }
}

class PngDecoder {
  public:
    explicit PngDecoder(Bytes file) : source_{file, {}, {}} {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
        if (png_) info_ = png_create_info_struct(png_);
    }
    ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;

    explicit operator bool() const { return info_ != nullptr; }

    // Reads the header and asks for 8-bit RGB, or RGBA where anything may be transparent.
    bool start() {
        if (setjmp(source_.where)) return false;
        png_set_read_fn(png_, &source_, on_read);
        png_set_user_limits(png_, kMaxImageSide, kMaxImageSide);
        png_set_chunk_malloc_max(png_, kMaxChunkBytes);
        png_read_info(png_, info_);
        transparent_ = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
        png_set_expand(png_);
        png_set_scale_16(png_);
        png_set_gray_to_rgb(png_);
        interlaced_ = png_set_interlace_handling(png_) > 1;
        png_read_update_info(png_, info_);
        return true;
    }

    std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
    std::size_t width() const { return png_get_image_width(png_, info_); }
    std::size_t height() const { return png_get_image_height(png_, info_); }
    bool transparent() const { return transparent_; }
    bool interlaced() const { return interlaced_; }

    // All rows to the places in `rows`.
    bool read(png_bytepp rows) {
        if (setjmp(source_.where)) return false;
        png_read_image(png_, rows);
        png_read_end(png_, nullptr);
        return true;
    }

    // Row by row over white; `row` holds one.
    bool read_flattened(std::span<std::byte> row, std::byte* out) {
        if (setjmp(source_.where)) return false;
        const std::size_t rows = height();
        for (std::size_t y = 0; y < rows; ++y) {
            png_read_row(png_, reinterpret_cast<png_bytep>(row.data()), nullptr);
            flatten(row, out + y * width() * 3);
        }
        png_read_end(png_, nullptr);
        return true;
    }

    const char* message() const { return source_.message.data(); }

  private:
    Source source_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    bool transparent_ = false, interlaced_ = false;
};

bool read_image(PngDecoder& decoder, std::byte* out) {
    std::vector<png_bytep> rows(decoder.height());
    for (std::size_t y = 0; y < rows.size(); ++y)
        rows[y] = reinterpret_cast<png_bytep>(out + y * decoder.row_bytes());
    return decoder.read(rows.data());
}

bool read_transparent(PngDecoder& decoder, std::byte* out) {
    if (!decoder.interlaced()) {
        std::vector<std::byte> row(decoder.row_bytes());
        return decoder.read_flattened(row, out);
    }
    std::vector<std::byte> rgba(decoder.row_bytes() * decoder.height());
    if (!read_image(decoder, rgba.data())) return false;
    flatten(rgba, out);
    return true;
}

std::uint32_t big_endian(Bytes bytes) {
    std::uint32_t value = 0;
    for (const std::byte byte : bytes.first(4))
        value = value << 8 | std::to_integer<std::uint32_t>(byte);
    return value;
}

Error corrupt(const std::string& why) {
    return bad_image("the PNG is corrupt or ends too early: " + why,
                     "open it in a viewer, and save or fetch it again");
}

}  // namespace

// Signature (8), then the chunk IHDR: length (4), type (4), width (4), height (4), five more, CRC.
Result<ImageInfo> probe_png(Bytes file) {
    constexpr std::size_t kHeaderEnd = 33;
    if (file.size() < kHeaderEnd) return corrupt("no header");
    if (std::memcmp(file.data() + 12, "IHDR", 4) != 0) return corrupt("the first chunk is no IHDR");
    const std::uint32_t width = big_endian(file.subspan(16)), height = big_endian(file.subspan(20));
    if (Result<void> size = check_size(width, height); !size) return size.error();
    return ImageInfo{ImageFormat::png, width, height, 1};
}

Result<void> decode_png(Bytes file, const ImageInfo& info, std::span<std::byte> out) {
    PngDecoder decoder(file);
    if (!decoder) return Error{Errc::out_of_memory, "no memory to decode a PNG", "", 0, 0};
    if (!decoder.start()) return corrupt(decoder.message());
    const std::size_t channels = decoder.transparent() ? kRgba : 3;
    if (decoder.width() != info.width || decoder.height() != info.height ||
        decoder.row_bytes() != channels * info.width)
        return corrupt("an unknown kind of pixels");
    const bool whole = decoder.transparent() ? read_transparent(decoder, out.data())
                                             : read_image(decoder, out.data());
    if (!whole) return corrupt(decoder.message());
    return {};
}

}  // namespace samovar::image::detail
