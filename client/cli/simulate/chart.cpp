#include "client/cli/simulate/chart.hpp"

#include <fmt/format.h>

#include "client/cli/files.hpp"
#include "client/cli/simulate/layout.hpp"
#include "client/cli/simulate/raster.hpp"

namespace samovar::cli {
namespace {

// A policy's name may hold what XML reads as its own.
std::string escaped(const std::string& text) {
    std::string made;
    for (const char c : text) {
        if (c == '&')
            made += "&amp;";
        else if (c == '<')
            made += "&lt;";
        else if (c == '>')
            made += "&gt;";
        else
            made += c;
    }
    return made;
}

std::string to_svg(const Label& label) {
    static constexpr const char* kAnchors[] = {"start", "middle", "end"};
    const std::string turned =
        label.upright ? ""
                      : fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", label.x, label.y);
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:g}\" text-anchor=\"{}\"{}>{}</text>\n",
        label.x, label.y, label.size, kAnchors[static_cast<int>(label.anchor)], turned,
        escaped(label.text));
}

}  // namespace

std::string to_svg(const Chart& chart) {
    const Layout layout = lay_out(chart);
    std::string made = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" fill=\"#333333\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
        kChartWidth, kChartHeight);
    for (const Stroke& stroke : layout.strokes)
        made += fmt::format(
            "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#{:06x}\" "
            "stroke-width=\"{:g}\"/>\n",
            stroke.x0, stroke.y0, stroke.x1, stroke.y1, stroke.colour, stroke.width);
    for (const Dot& dot : layout.dots)
        made += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\" fill=\"#{:06x}\"/>\n",
                            dot.x, dot.y, dot.radius, dot.colour);
    for (const Label& label : layout.labels)
        made += to_svg(label);
    return made + "</svg>\n";
}

bool can_draw(const std::string& path) {
    return path.ends_with(".svg") || path.ends_with(".png");
}

Result<void> draw(const Chart& chart, const std::string& path) {
    if (path.ends_with(".svg")) {
        const std::string text = to_svg(chart);
        return write_file(path, std::as_bytes(std::span(text)));
    }
    if (!path.ends_with(".png"))
        return Error{Errc::invalid_argument, fmt::format("{} is no .svg and no .png", path),
                     "name a file that ends with one of them", 0, 0};
    const Result<std::vector<std::byte>> png = to_png(lay_out(chart));
    if (!png) return png.error();
    return write_file(path, *png);
}

}  // namespace samovar::cli
