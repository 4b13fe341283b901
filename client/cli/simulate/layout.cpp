#include "client/cli/simulate/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace samovar::cli {
namespace {

constexpr double kLeft = 90, kRight = 200, kTop = 50, kBottom = 70;  // margins
constexpr double kPlotWidth = kChartWidth - kLeft - kRight;
constexpr double kPlotHeight = kChartHeight - kTop - kBottom;
constexpr Rgb kAxis = 0x333333, kGrid = 0xdddddd;
// Okabe and Ito's colours, which the colour-blind tell apart.
constexpr std::array<Rgb, 7> kColours{0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
                                      0xe69f00, 0x56b4e9, 0x000000};

// From 0 to `end` in steps that people count in.
struct Scale {
    double end = 1, step = 1;

    explicit Scale(double largest) {
        const double rough = std::max(largest, 1e-9) / 5;
        const double power = std::pow(10.0, std::floor(std::log10(rough)));
        const double digit = rough / power;
        step = power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
        end = step * std::ceil(largest / step - 1e-9);
        if (end <= 0) end = step;
    }
};

// 177058 as "177,058"; what is no whole number with as many digits as it needs.
std::string tick_text(double value) {
    if (value != std::floor(value)) return fmt::format("{:g}", value);
    const std::string digits = fmt::format("{:.0f}", value);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

class Frame {
  public:
    Frame(const Chart& chart, Layout& layout)
        : layout_(layout), x_(largest(chart, true)), y_(largest(chart, false)) {}

    double x(double value) const { return kLeft + kPlotWidth * value / x_.end; }
    double y(double value) const { return kTop + kPlotHeight * (1 - value / y_.end); }

    void draw_axes(const Chart& chart) {
        using enum Label::Anchor;
        for (double at = 0; at <= x_.end * 1.0001; at += x_.step) {
            line(at, 0, at, y_.end, at > 0 ? kGrid : kAxis);
            label(x(at), y(0) + 20, tick_text(at), middle, 12);
        }
        for (double at = 0; at <= y_.end * 1.0001; at += y_.step) {
            line(0, at, x_.end, at, at > 0 ? kGrid : kAxis);
            label(x(0) - 8, y(at) + 4, tick_text(at), end, 12);
        }
        label(kLeft + kPlotWidth / 2, 28, chart.title, middle, 18);
        label(kLeft + kPlotWidth / 2, kChartHeight - 18, chart.x_label, middle, 14);
        label(22, kTop + kPlotHeight / 2, chart.y_label, middle, 14);
        layout_.labels.back().upright = false;
    }

  private:
    static double largest(const Chart& chart, bool across) {
        double most = 0;
        for (const Chart::Series& series : chart.series)
            for (const ChartPoint& point : series.points)
                most = std::max(most, across ? point.x : point.y);
        return most;
    }
    void line(double x0, double y0, double x1, double y1, Rgb colour) {
        layout_.strokes.push_back({x(x0), y(y0), x(x1), y(y1), colour, 1});
    }
    void label(double at_x, double at_y, std::string text, Label::Anchor anchor, double size) {
        layout_.labels.push_back({at_x, at_y, std::move(text), anchor, size, true});
    }

    Layout& layout_;
    Scale x_, y_;
};

}  // namespace

Layout lay_out(const Chart& chart) {
    Layout layout;
    Frame frame(chart, layout);
    frame.draw_axes(chart);
    double legend = kTop + 10;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const Chart::Series& series = chart.series[i];
        const Rgb colour = kColours[i % kColours.size()];
        const ChartPoint* before = nullptr;
        for (const ChartPoint& point : series.points) {
            if (before)
                layout.strokes.push_back({frame.x(before->x), frame.y(before->y), frame.x(point.x),
                                          frame.y(point.y), colour, 2});
            layout.dots.push_back({frame.x(point.x), frame.y(point.y), 4, colour});
            before = &point;
        }
        constexpr double kLegend = kLeft + kPlotWidth + 20;
        layout.strokes.push_back({kLegend, legend, kLegend + 22, legend, colour, 2});
        layout.dots.push_back({kLegend + 11, legend, 4, colour});
        layout.labels.push_back(
            {kLegend + 30, legend + 5, series.name, Label::Anchor::start, 14, true});
        legend += 24;
    }
    return layout;
}

}  // namespace samovar::cli
