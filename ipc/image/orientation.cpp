#include "ipc/image/orientation.hpp"

#include <cstring>
#include <optional>
#include <string_view>

namespace samovar::image::detail {
namespace {

constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;
constexpr std::size_t kEntryBytes = 12;
constexpr std::ptrdiff_t kChannels = 3;

// The integers of a TIFF structure, in its own byte order.
class Tiff {
  public:
    Tiff(std::span<const std::byte> bytes, bool big_endian) noexcept
        : bytes_(bytes), big_endian_(big_endian) {}

    template <class Integer>
    std::optional<Integer> read(std::size_t at) const noexcept {
        if (at > bytes_.size() || bytes_.size() - at < sizeof(Integer)) return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Integer); ++i) {
            const auto byte = std::to_integer<std::uint64_t>(bytes_[at + i]);
            value |= byte << (8 * (big_endian_ ? sizeof(Integer) - 1 - i : i));
        }
        return static_cast<Integer>(value);
    }

  private:
    std::span<const std::byte> bytes_;
    bool big_endian_;
};

}  // namespace

// The layout of the first directory: EXIF 2.32, 4.6.2 (TIFF 6.0, section 2).
std::uint8_t exif_orientation(std::span<const std::byte> app1) noexcept {
    if (app1.size() < kExif.size() + 8 || std::memcmp(app1.data(), kExif.data(), kExif.size()) != 0)
        return 1;
    const auto bytes = app1.subspan(kExif.size());
    const bool big_endian = bytes[0] == std::byte{'M'};
    const Tiff tiff(bytes, big_endian);
    if (tiff.read<std::uint16_t>(2) != 42) return 1;
    const auto directory = tiff.read<std::uint32_t>(4);
    const auto count = directory ? tiff.read<std::uint16_t>(*directory) : std::nullopt;
    if (!count) return 1;
    for (std::size_t i = 0; i < *count; ++i) {
        const std::size_t entry = std::size_t{*directory} + 2 + i * kEntryBytes;
        const auto tag = tiff.read<std::uint16_t>(entry);
        if (!tag) return 1;
        if (*tag != kOrientationTag) continue;
        const auto value = tiff.read<std::uint16_t>(entry + 8);
        const bool good = tiff.read<std::uint16_t>(entry + 2) == kShortType && value &&
                          *value >= 1 && *value <= 8;
        return good ? static_cast<std::uint8_t>(*value) : 1;
    }
    return 1;
}

Upright::Upright(std::uint8_t orientation, std::uint32_t width, std::uint32_t height,
                 std::span<std::byte> out) noexcept
    : out_(out.data()), width_(width) {
    const std::ptrdiff_t w = width, h = height;
    if (!is_transposed(orientation)) {
        const bool left_right = orientation == 2 || orientation == 3;
        const bool top_bottom = orientation == 3 || orientation == 4;
        step_x_ = left_right ? -kChannels : kChannels;
        step_y_ = (top_bottom ? -w : w) * kChannels;
        origin_ = ((left_right ? w - 1 : 0) + (top_bottom ? (h - 1) * w : 0)) * kChannels;
    } else {
        // A stored row becomes a column: 5 and 6 begin at the top, 7 and 8 at the bottom; 6 and 7
        // go from right to left.
        const bool right_first = orientation == 6 || orientation == 7;
        const bool bottom_first = orientation == 7 || orientation == 8;
        step_x_ = (bottom_first ? -h : h) * kChannels;
        step_y_ = right_first ? -kChannels : kChannels;
        origin_ = ((right_first ? h - 1 : 0) + (bottom_first ? (w - 1) * h : 0)) * kChannels;
    }
}

void Upright::put(std::uint32_t y, std::span<const std::byte> rows) const noexcept {
    const std::size_t row_bytes = std::size_t{width_} * kChannels;
    const std::size_t count = rows.size() / row_bytes;
    const std::byte* in = rows.data();
    for (std::size_t x = 0; x < width_; ++x) {
        std::byte* to = out_ + origin_ + static_cast<std::ptrdiff_t>(x) * step_x_ +
                        static_cast<std::ptrdiff_t>(y) * step_y_;
        const std::byte* from = in + x * kChannels;
        for (std::size_t row = 0; row < count; ++row) {
            std::memcpy(to, from, kChannels);
            to += step_y_;
            from += row_bytes;
        }
    }
}

}  // namespace samovar::image::detail
