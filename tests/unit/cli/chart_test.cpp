#include "client/cli/simulate/chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/simulate/layout.hpp"
#include "client/cli/simulate/raster.hpp"

namespace samovar::cli {
namespace {

using testing::HasSubstr;

Chart chart() {
    return {.title = "Cold & idle",
            .x_label = "idle minutes",
            .y_label = "cold starts",
            .series = {{"fixed", {{45'679, 45'798}, {177'058, 6'047}}}, {"oracle", {{0, 0}}}}};
}

TEST(Chart, TheSvgHasEveryLabelAndEscapesWhatXmlReads) {
    const std::string svg = to_svg(chart());
    for (const char* text : {"Cold &amp; idle", "idle minutes", "cold starts", ">fixed<",
                             ">oracle<", ">200,000<", ">50,000<"})
        EXPECT_THAT(svg, HasSubstr(text));
}

TEST(Chart, EveryPointLiesOnThePaper) {
    const Layout layout = lay_out(chart());
    for (const Dot& dot : layout.dots) {
        EXPECT_GE(dot.x, 0);
        EXPECT_LE(dot.x, kChartWidth);
        EXPECT_GE(dot.y, 0);
        EXPECT_LE(dot.y, kChartHeight);
    }
}

TEST(Chart, OneWithoutPointsHasAxesAllTheSame) {
    EXPECT_FALSE(lay_out({"t", "x", "y", {}}).strokes.empty());
}

TEST(Chart, ThePngIsAPictureOfItsSize) {
    const auto png = to_png(lay_out(chart()));
    ASSERT_TRUE(png);
    ASSERT_GE(png->size(), 24u);
    EXPECT_EQ(std::to_integer<int>((*png)[1]), 'P');
    EXPECT_EQ(std::to_integer<int>((*png)[18]) * 256 + std::to_integer<int>((*png)[19]),
              kChartWidth);
}

TEST(Chart, AnotherEndingIsRefused) {
    const Result<void> drawn = draw(chart(), "curve.pdf");
    ASSERT_FALSE(drawn);
    EXPECT_EQ(drawn.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace samovar::cli
