// `samovar run` on photos: JPEG and PNG in, PNG of the same size out.

#include <gmock/gmock.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;

// Where the header of a PNG says what its samples are.
constexpr std::size_t kColourType = 25;
constexpr std::byte kGrey{0}, kRgba{6};

class RunPictures : public testing::Test {
  protected:
    DaemonUnderTest daemon{{.models = {"invert", "selfie-pt"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(RunPictures, a_png_becomes_the_file_that_was_named) {
    write_photo(samovar.at("photo.png"), 300, 200);
    const Said said = samovar({"run", "invert", "photo.png", "-o", "negative.png"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, "negative.png\n");
    EXPECT_EQ(said.err, "");
    EXPECT_EQ(pixels_of(samovar.at("negative.png")), inverted(pixels_of(samovar.at("photo.png"))));
    EXPECT_THAT(samovar.files(), ElementsAre("negative.png", "photo.png"));
}

TEST_F(RunPictures, a_jpeg_becomes_a_png_beside_it_where_nothing_is_named) {
    write_photo(samovar.at("photo.jpg"), 301, 199);
    const Said said = samovar({"run", "invert", "photo.jpg"});
    EXPECT_EQ(said.out, "photo-invert.png\n") << said.err;
    const image::ImageInfo info = header_of(samovar.at("photo-invert.png"));
    EXPECT_EQ(info.format, image::ImageFormat::png);
    EXPECT_EQ(pixels_of(samovar.at("photo-invert.png")),
              inverted(pixels_of(samovar.at("photo.jpg"))));
}

TEST_F(RunPictures, many_files_go_to_a_folder_that_is_made_and_are_told_in_order) {
    Words words{"run", "invert"}, told;
    for (std::uint32_t i = 1; i <= 12; ++i) {
        const std::string name = "photo" + std::to_string(i);
        const std::string file = name + (i % 2 == 0 ? ".png" : ".jpg");
        // Large ones first, so that later ones are done earlier.
        write_photo(samovar.at(file), 1300 - 100 * i, 50 * i);
        words.push_back(file);
        told.push_back("deep/out/" + name + "-invert.png");
    }
    words.insert(words.end(), {"-o", "deep/out/"});
    const Said said = samovar(words);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.err, "");
    EXPECT_EQ(lines(said.out), told);
    EXPECT_EQ(samovar.files("deep/out").size(), told.size());
    for (std::size_t i = 0; i < told.size(); ++i)
        EXPECT_EQ(pixels_of(samovar.at(told[i])), inverted(pixels_of(samovar.at(words[2 + i]))))
            << told[i];
}

TEST_F(RunPictures, a_photo_goes_through_a_pipe_without_a_file) {
    write_photo(samovar.at("photo.jpg"), 120, 90);
    const Said said = samovar.shell("cat photo.jpg | $SAMOVAR run invert - -o - | cat > out.png");
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.out + said.err, "");
    EXPECT_EQ(pixels_of(samovar.at("out.png")), inverted(pixels_of(samovar.at("photo.jpg"))));
}

TEST_F(RunPictures, a_cut_out_and_its_alpha_have_the_photos_size) {
    write_photo(samovar.at("me.jpg"), 333, 211);
    ASSERT_EQ(samovar({"run", "selfie-pt", "me.jpg", "-o", "cutout.png"}).code, 0);
    const Said said =
        samovar({"run", "selfie-pt", "me.jpg", "-o", "alpha.png", "--param", "output=alpha"});
    ASSERT_EQ(said.code, 0) << said.err;
    for (const char* file : {"cutout.png", "alpha.png"}) {
        EXPECT_EQ(header_of(samovar.at(file)).width, 333U) << file;
        EXPECT_EQ(header_of(samovar.at(file)).height, 211U) << file;
    }
    EXPECT_EQ(bytes_of(samovar.at("cutout.png"))[kColourType], kRgba);
    EXPECT_EQ(bytes_of(samovar.at("alpha.png"))[kColourType], kGrey);
}

TEST_F(RunPictures, a_name_of_a_jpeg_asks_the_worker_for_one) {
    write_photo(samovar.at("photo.png"), 300, 200);
    Said said = samovar({"run", "invert", "photo.png", "-o", "negative.jpg"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, "negative.jpg\n");
    EXPECT_EQ(header_of(samovar.at("negative.jpg")).format, image::ImageFormat::jpeg);
    EXPECT_EQ(header_of(samovar.at("negative.jpg")).width, 300U);
    said =
        samovar({"run", "invert", "photo.png", "--param", "encode=jpeg", "--param", "quality=5"});
    EXPECT_EQ(said.out, "photo-invert.jpg\n") << said.err;
    EXPECT_LT(bytes_of(samovar.at("photo-invert.jpg")).size(),
              bytes_of(samovar.at("negative.jpg")).size());
    EXPECT_EQ(samovar({"run", "invert", "photo.png", "-o", "x.png", "--param", "encode=jpeg"}).code,
              2);
}

TEST_F(RunPictures, a_png_that_the_worker_has_made_is_written_as_it_is) {
    write_photo(samovar.at("photo.png"), 40, 30);
    const Said said =
        samovar({"run", "invert", "photo.png", "-o", "a.png", "--param", "encode=png"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(pixels_of(samovar.at("a.png")), inverted(pixels_of(samovar.at("photo.png"))));
}

TEST_F(RunPictures, with_json_each_file_has_its_result_shape_and_times) {
    write_photo(samovar.at("a.png"), 30, 20);
    write_photo(samovar.at("b.png"), 40, 50);
    const Said said = samovar({"run", "invert", "a.png", "b.png", "-o", "out", "--json"});
    EXPECT_EQ(said.code, 0) << said.err;
    const Json list = said.json();
    ASSERT_EQ(list.size(), 2U);
    const Json& second = list[1];
    EXPECT_EQ(second["file"], "b.png");
    EXPECT_EQ(second["output"], "out/b-invert.png");
    EXPECT_EQ(second["status"], "done");
    EXPECT_TRUE(second["error"].is_null());
    EXPECT_EQ(second["outputs"], Json::parse(R"([{"name": "output", "dtype": "uint8",
        "shape": [50, 40, 3], "file": "out/b-invert.png"}])"));
    const Json& times = second["timings_us"];
    for (const char* part : {"queued", "prepared", "inferred", "finished"})
        EXPECT_LE(times[part], times["total"]) << part;
    EXPECT_LE(times["total"], second["wall_us"]);
}

}  // namespace
}  // namespace samovar::tests
