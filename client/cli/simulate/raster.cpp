#include "client/cli/simulate/raster.hpp"

#include <algorithm>
#include <cmath>

#include "client/cli/simulate/letters.hpp"
#include "ipc/image/encode.hpp"

namespace samovar::cli {
namespace {

constexpr Rgb kInk = 0x333333;

// White paper. Distances are those of a pixel's middle, and edges are softened over one pixel.
class Paper {
  public:
    Paper() : bytes_(std::size_t{kChartWidth} * kChartHeight * 3, std::byte{0xff}) {}

    void draw(const Stroke& stroke) {
        const double dx = stroke.x1 - stroke.x0, dy = stroke.y1 - stroke.y0;
        const double length = std::max(1e-9, dx * dx + dy * dy);
        const double reach = stroke.width / 2 + 1;
        each_pixel(
            std::min(stroke.x0, stroke.x1) - reach, std::min(stroke.y0, stroke.y1) - reach,
            std::max(stroke.x0, stroke.x1) + reach, std::max(stroke.y0, stroke.y1) + reach,
            [&](double x, double y) {
                const double along =
                    std::clamp(((x - stroke.x0) * dx + (y - stroke.y0) * dy) / length, 0.0, 1.0);
                return std::hypot(x - stroke.x0 - along * dx, y - stroke.y0 - along * dy) -
                       stroke.width / 2;
            },
            stroke.colour);
    }
    void draw(const Dot& dot) {
        const double reach = dot.radius + 1;
        each_pixel(
            dot.x - reach, dot.y - reach, dot.x + reach, dot.y + reach,
            [&](double x, double y) { return std::hypot(x - dot.x, y - dot.y) - dot.radius; },
            dot.colour);
    }
    void draw(const Label& label) {
        const int scale = label.size >= 14 ? 2 : 1;  // dots of a letter in pixels
        const int step = (kLetterWidth + 1) * scale;
        const int width = step * static_cast<int>(label.text.size()) - scale;
        int along = label.anchor == Label::Anchor::start    ? 0
                    : label.anchor == Label::Anchor::middle ? -width / 2
                                                            : -width;
        for (const char c : label.text) {
            draw_letter(label, c, along, scale);
            along += step;
        }
    }

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    // Colours what `distance` says lies inside (below 0) of a shape within a rectangle.
    template <class Distance>
    void each_pixel(double left, double top, double right, double bottom, Distance distance,
                    Rgb colour) {
        const int x_end = std::min(kChartWidth, static_cast<int>(right) + 1);
        const int y_end = std::min(kChartHeight, static_cast<int>(bottom) + 1);
        for (int y = std::max(0, static_cast<int>(top)); y < y_end; ++y)
            for (int x = std::max(0, static_cast<int>(left)); x < x_end; ++x)
                blend(x, y, std::clamp(0.5 - distance(x + 0.5, y + 0.5), 0.0, 1.0), colour);
    }
    void draw_letter(const Label& label, char c, int along, int scale) {
        const auto& rows = letter(c);
        for (int row = 0; row < kLetterHeight * scale; ++row)
            for (int column = 0; column < kLetterWidth * scale; ++column) {
                const unsigned bit = 1u << (kLetterWidth - 1 - column / scale);
                if (!(rows[static_cast<std::size_t>(row / scale)] & bit)) continue;
                const int forward = along + column, up = kLetterHeight * scale - 1 - row;
                const int x = static_cast<int>(label.x), y = static_cast<int>(label.y);
                if (label.upright)
                    blend(x + forward, y - up, 1, kInk);
                else
                    blend(x - up, y - forward, 1, kInk);
            }
    }
    void blend(int x, int y, double share, Rgb colour) {
        if (x < 0 || y < 0 || x >= kChartWidth || y >= kChartHeight) return;
        const std::size_t at =
            (static_cast<std::size_t>(y) * kChartWidth + static_cast<std::size_t>(x)) * 3;
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const double over = (colour >> (16 - 8 * channel)) & 0xff;
            const double under = std::to_integer<int>(bytes_[at + channel]);
            bytes_[at + channel] =
                static_cast<std::byte>(std::lround(under + share * (over - under)));
        }
    }

    std::vector<std::byte> bytes_;
};

}  // namespace

Result<std::vector<std::byte>> to_png(const Layout& layout) {
    Paper paper;
    for (const Stroke& stroke : layout.strokes)
        paper.draw(stroke);
    for (const Dot& dot : layout.dots)
        paper.draw(dot);
    for (const Label& label : layout.labels)
        paper.draw(label);
    return image::encode_png({paper.bytes(), kChartWidth, kChartHeight, image::PixelFormat::rgb});
}

}  // namespace samovar::cli
