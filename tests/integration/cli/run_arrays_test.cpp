// `samovar run` on numbers and .npy files.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class RunArrays : public testing::Test {
  protected:
    // Of the one output of `run ... --json`.
    Json values(Words words) {
        words.emplace_back("--json");
        const Said said = samovar(words);
        EXPECT_EQ(said.code, 0) << said.err;
        return said.json().at(0)["outputs"].at(0)["values"];
    }

    DaemonUnderTest daemon{{.models = {"add", "invert", "echo", "indexer"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(RunArrays, numbers_by_name_are_added_and_printed) {
    const Said said = samovar({"run", "add", "--input", "x=[1,2,3]", "--input", "y=[0.5,20,-3]"});
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, "{\"output\":[1.5,22.0,0.0]}\n");
    EXPECT_EQ(values({"run", "add", "--input", "y=[1]", "--input", "x=[2]"}), Json::parse("[3.0]"));
    EXPECT_EQ(values({"run", "indexer", "--input", "index=[99]"}),
              Json::parse("[[99.0,99.25,99.5,99.75]]"));
}

TEST_F(RunArrays, a_picture_goes_out_as_npy_and_in_again) {
    write_photo(samovar.at("photo.png"), 40, 24);
    EXPECT_EQ(samovar({"run", "invert", "photo.png", "-o", "negative.npy"}).code, 0);
    EXPECT_THAT(text_of(samovar.at("negative.npy")),
                AllOf(StartsWith("\x93NUMPY"), HasSubstr("'descr': '|u1'"),
                      HasSubstr("'shape': (24, 40, 3)")));
    EXPECT_EQ(samovar({"run", "invert", "negative.npy", "-o", "again.png"}).code, 0);
    EXPECT_EQ(pixels_of(samovar.at("again.png")), pixels_of(samovar.at("photo.png")));
}

TEST_F(RunArrays, an_array_too_large_to_print_goes_to_a_file_and_in_again) {
    std::string numbers;
    for (int i = 0; i < 20'000; ++i)
        numbers += (i == 0 ? "[" : ",") + std::to_string(i);
    numbers += "]";
    EXPECT_EQ(samovar({"run", "add", "--input", "x=" + numbers, "--input", "y=" + numbers}).out,
              "add.npy\n");
    // 80 kB each: these go through shared memory.
    const Said said =
        samovar({"run", "add", "add.npy", "--input", "y=" + numbers, "-o", "three.npy"});
    EXPECT_EQ(said.code, 0) << said.err;
    const std::string file = text_of(samovar.at("three.npy"));
    ASSERT_EQ(file.size() % 64, 20'000 * 4 % 64);
    float last = 0;
    std::memcpy(&last, file.data() + file.size() - sizeof last, sizeof last);
    EXPECT_EQ(last, 3.0F * 19'999);
}

TEST_F(RunArrays, every_element_type_comes_back_as_it_went) {
    Words words{"run", "echo", "--json"};
    const Words types{"float32", "float64", "float16", "bfloat16", "int8",
                      "uint8",   "int16",   "int32",   "int64",    "bool"};
    for (const std::string& type : types)
        words.insert(words.end(),
                     {"--input", type + (type == "bool" ? "=[true,false]" : "=[1,0]")});
    const Said said = samovar(words);
    ASSERT_EQ(said.code, 0) << said.err;
    const Json outputs = said.json().at(0)["outputs"];
    ASSERT_EQ(outputs.size(), types.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
        EXPECT_EQ(outputs[i]["dtype"], types[i]);
        EXPECT_EQ(outputs[i]["values"][0], types[i] == "bool" ? Json(true) : Json(1)) << types[i];
    }
}

TEST_F(RunArrays, several_outputs_go_to_a_folder_each_by_its_name) {
    Words words{"run", "echo", "-o", "out/"};
    for (const char* type : {"float32", "float64", "float16", "bfloat16", "int8", "uint8", "int16",
                             "int32", "int64", "bool"})
        words.insert(words.end(), {"--input", std::string(type) + "=[1]"});
    const Said said = samovar(words);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(lines(said.out).size(), 10U);
    EXPECT_EQ(samovar.files("out").size(), 10U);
    EXPECT_THAT(samovar.files("out")[0], StartsWith("echo-"));
}

TEST_F(RunArrays, a_number_that_does_not_fit_its_type_is_named) {
    const Said said = samovar({"run", "indexer", "--input", "index=[1.5]"});
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err,
                AllOf(HasSubstr("--input index: 1.5 is no int64"), HasSubstr("it is int64 [n]")));
}

TEST_F(RunArrays, a_cut_off_array_is_named) {
    write_count(samovar.at("index.npy"), 7);
    EXPECT_EQ(values({"run", "indexer", "index.npy"})[0][1], 7.25);
    std::filesystem::resize_file(samovar.at("index.npy"), 130);
    const Said said = samovar({"run", "indexer", "index.npy"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, AllOf(HasSubstr("index.npy"), HasSubstr("2 bytes of elements")));
}

TEST_F(RunArrays, a_result_that_is_kept_is_told_of_and_passed_where_that_is_asked) {
    daemon.copy_model("throws");
    std::ofstream(daemon.models() / "throws" / "model.toml", std::ios::app)
        << "\n[cache]\nresults = \"1MiB\"\n";
    EXPECT_EQ(samovar({"reload"}).code, 0);
    const auto cached = [&](const Words& more) {
        Words words{"run", "throws", "--input", "x=[4]", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return samovar(words).json().at(0)["cached"].get<bool>();
    };
    EXPECT_FALSE(cached({}));
    EXPECT_TRUE(cached({}));
    EXPECT_FALSE(cached({"--no-cache"}));
    EXPECT_THAT(samovar({"info", "throws"}).out,
                AllOf(HasSubstr("1 result in"), HasSubstr("of 1.0 MB, which answered 1 job\n")));
    EXPECT_EQ(samovar({"info", "throws", "--json"}).json()["cache"]["hits"], 1);
    EXPECT_THAT(samovar({"ps"}).out, HasSubstr("CACHED"));
    EXPECT_TRUE(samovar({"info", "add", "--json"}).json()["cache"].is_null());
}

}  // namespace
}  // namespace samovar::tests
