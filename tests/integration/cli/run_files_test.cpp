// `samovar run` where a file is in the way: nothing else is harmed, nothing is left half done.

#include <gmock/gmock.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RunFiles : public testing::Test {
  protected:
    RunFiles() {
        for (const char* name : {"a.png", "b.png", "c.png"})
            write_photo(samovar.at(name), 60, 40);
    }
    // The first half of a good file.
    void cut_off(const std::string& name) const {
        fs::resize_file(samovar.at(name), fs::file_size(samovar.at(name)) / 2);
    }

    DaemonUnderTest daemon{{.models = {"invert"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(RunFiles, one_broken_file_among_many_is_named_and_the_others_are_done) {
    cut_off("b.png");
    const Said said = samovar({"run", "invert", "a.png", "b.png", "c.png", "-o", "out"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, AllOf(HasSubstr("samovar: b.png: "), HasSubstr("2 of 3 jobs done")));
    EXPECT_EQ(said.out, "out/a-invert.png\nout/c-invert.png\n");
    EXPECT_THAT(samovar.files("out"), ElementsAre("a-invert.png", "c-invert.png"));
}

TEST_F(RunFiles, with_json_the_broken_one_has_its_reason_in_its_place) {
    cut_off("b.png");
    const Said said = samovar({"run", "invert", "a.png", "b.png", "-o", "out", "--json"});
    EXPECT_EQ(said.code, 1);
    const Json list = said.json();
    EXPECT_EQ(list[0]["status"], "done");
    EXPECT_EQ(list[1]["status"], "failed");
    EXPECT_EQ(list[1]["file"], "b.png");
    EXPECT_EQ(list[1]["error"]["code"], "bad_image");
    for (const char* key : {"output", "timings_us", "wall_us"})
        EXPECT_TRUE(list[1].at(key).is_null()) << key;
    EXPECT_TRUE(list[1]["outputs"].empty());
}

TEST_F(RunFiles, two_that_would_have_one_name_are_refused_before_anything_is_run) {
    fs::create_directory(samovar.at("more"));
    write_photo(samovar.at("more/a.jpg"), 60, 40);
    const Said said = samovar({"run", "invert", "a.png", "more/a.jpg", "-o", "out"});
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err,
                HasSubstr("the results of a.png and more/a.jpg would have the same name"));
    EXPECT_THAT(samovar.files("out"), testing::IsEmpty());
}

TEST_F(RunFiles, an_input_is_never_replaced) {
    const Bytes before = bytes_of(samovar.at("a.png"));
    fs::create_symlink("a.png", samovar.at("link.png"));
    for (const char* out : {"a.png", "./a.png", "link.png"})
        EXPECT_EQ(samovar({"run", "invert", "a.png", "-o", out}).code, 2) << out;
    EXPECT_EQ(bytes_of(samovar.at("a.png")), before);
}

TEST_F(RunFiles, an_earlier_result_stays_where_the_job_fails_and_is_replaced_where_it_is_done) {
    write_bytes(samovar.at("out.png"), std::as_bytes(std::span("earlier")));
    const Bytes earlier = bytes_of(samovar.at("out.png"));
    cut_off("b.png");
    EXPECT_EQ(samovar({"run", "invert", "b.png", "-o", "out.png"}).code, 1);
    EXPECT_EQ(bytes_of(samovar.at("out.png")), earlier);
    EXPECT_EQ(samovar({"run", "invert", "a.png", "-o", "out.png"}).code, 0);
    EXPECT_EQ(header_of(samovar.at("out.png")).width, 60U);
    EXPECT_THAT(samovar.files(), ElementsAre("a.png", "b.png", "c.png", "out.png"));
}

TEST_F(RunFiles, a_place_that_cannot_be_written_is_named_with_the_reason) {
    const Said under_a_file = samovar({"run", "invert", "a.png", "-o", "b.png/out.png"});
    EXPECT_EQ(under_a_file.code, 1);
    EXPECT_THAT(under_a_file.err, HasSubstr("-o b.png/out.png: b.png is no folder"));
    const Said no_folder = samovar({"run", "invert", "a.png", "-o", "b.png/out/"});
    EXPECT_EQ(no_folder.code, 1);
    EXPECT_THAT(no_folder.err, HasSubstr("making b.png/out: Not a directory"));
    const Said full = samovar({"run", "invert", "a.png", "-o", "/dev/full"});
    EXPECT_EQ(full.code, 1);
    EXPECT_THAT(full.err, HasSubstr("writing /dev/full: No space left on device"));
}

TEST_F(RunFiles, standard_output_that_is_full_is_an_error) {
    const Said said = samovar({"models"}, {.out = "/dev/full"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("writing standard output: No space left on device"));
}

TEST_F(RunFiles, a_missing_file_does_not_keep_the_others) {
    const Said said = samovar({"run", "invert", "a.png", "nope.png", "-o", "out"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, AllOf(HasSubstr("opening nope.png: No such file or directory"),
                                Not(HasSubstr("a.png:"))));
    EXPECT_THAT(samovar.files("out"), ElementsAre("a-invert.png"));
}

TEST_F(RunFiles, a_name_that_asks_for_another_format_is_refused) {
    const Said said = samovar({"run", "invert", "a.png", "-o", "out.webp"});
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, AllOf(HasSubstr("written as PNG or JPEG"), HasSubstr("name it out.png")));
}

}  // namespace
}  // namespace samovar::tests
