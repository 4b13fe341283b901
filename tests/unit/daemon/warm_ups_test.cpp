// [[warmup]] of model.toml: what it may say, the shapes that follow, and what is wrong with it.

#include "daemon/models/warm_ups.hpp"

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using ipc::Fill;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kModel = R"(task = "tensor"
[[code]]
file = "model.pt"
[[input]]
name = "x"
dtype = "float32"
shape = ["n", 3]
[[input]]
name = "index"
dtype = "int64"
shape = ["n", "m"]
[[output]]
name = "y"
dtype = "int64"
shape = ["n"]
[dims]
n = [2, 64]
)";

constexpr const char* kMask =
    "task = \"mask\"\n[[code]]\nfile = \"model.pt\"\n[mask]\nsize = [256, 320]\n";

// A folder with one file.
Result<WarmUpFile> take(const std::string& name) {
    if (name == "x.npy") return WarmUpFile{"/store/x", DType::float32, {7, 3}, 128};
    if (name == "wide.npy") return WarmUpFile{"/store/wide", DType::float32, {7, 4}, 128};
    if (name == "long.npy") return WarmUpFile{"/store/long", DType::float32, {65, 3}, 128};
    if (name == "half.npy") return WarmUpFile{"/store/half", DType::float16, {7, 3}, 128};
    return Error{Errc::bad_model, name + ": is missing", "", 0, 0};
}

std::vector<ipc::WarmUp> plan(const std::string& text) {
    const ModelFile model = parse_model_file(text, "m/model.toml", "folder");
    return plan_warm_ups(model.warm_ups, model.inputs, model.mask, take);
}

std::string fault_of(const std::string& text) {
    return fault_in([&] { plan(text); });
}

std::string with(const std::string& end) {
    return std::string(kModel) + end;
}

TEST(WarmUps, are_one_of_the_smallest_sizes_where_nothing_is_said) {
    const ipc::WarmUp smallest{{{{2, 3}, Fill::random, "", 0}, {{2, 1}, Fill::random, "", 0}}};
    EXPECT_EQ(plan(kModel), std::vector{smallest});
    EXPECT_EQ(plan("warmup = true\n" + std::string(kModel)), std::vector{smallest});
}

TEST(WarmUps, of_a_mask_are_of_its_networks_size_where_nothing_is_said) {
    const ipc::WarmUp picture{{{{256, 320, 3}, Fill::random, "", 0}}};
    EXPECT_EQ(plan(kMask), std::vector{picture});
}

TEST(WarmUps, of_a_mask_have_the_sizes_of_pictures) {
    const ipc::WarmUp picture{{{{1080, 320, 3}, Fill::zeros, "", 0}}};
    EXPECT_EQ(plan(kMask + std::string("[[warmup]]\ndims = {height = 1080}\nfill = \"zeros\"\n")),
              std::vector{picture});
}

TEST(WarmUps, can_be_turned_off) {
    EXPECT_TRUE(plan("warmup = false\n" + std::string(kModel)).empty());
}

TEST(WarmUps, are_not_asked_for_by_the_default) {
    EXPECT_FALSE(parse_model_file(kModel, "f", "m").warm_ups.stated);
    EXPECT_TRUE(parse_model_file(with("[[warmup]]\n"), "f", "m").warm_ups.stated);
}

TEST(WarmUps, take_named_sizes_in_every_input) {
    const ipc::WarmUp first{{{{8, 3}, Fill::random, "", 0}, {{8, 5}, Fill::random, "", 0}}};
    const ipc::WarmUp second{{{{64, 3}, Fill::random, "", 0}, {{64, 1}, Fill::random, "", 0}}};
    EXPECT_EQ(plan(with("[[warmup]]\ndims = {n = 8, m = 5}\n[[warmup]]\ndims = {n = 64}\n")),
              (std::vector{first, second}));
}

TEST(WarmUps, take_the_sizes_of_a_file_for_the_other_inputs_too) {
    const ipc::WarmUp from_file{
        {{{7, 3}, Fill::file, "/store/x", 128}, {{7, 1}, Fill::zeros, "", 0}}};
    EXPECT_EQ(plan(with("[[warmup]]\nfill = \"zeros\"\nfiles = {x = \"x.npy\"}\n")),
              std::vector{from_file});
}

struct Fault {
    const char* text;
    const char* fault;
};
void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.fault;
}
class WarmUpFault : public testing::TestWithParam<Fault> {};

TEST_P(WarmUpFault, is_told_with_file_line_and_key) {
    EXPECT_THAT(fault_of(with(GetParam().text)),
                StartsWith(std::string("m/model.toml:") + GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    OfTensors, WarmUpFault,
    testing::Values(
        Fault{"[[warmup]]\ndim = {n = 8}\n",
              "19: warmup[0].dim: is not a known key here: did you mean dims?"},
        Fault{"[[warmup]]\ndims = {k = 8}\n",
              "19: warmup[0].dims.k: is no named size of an [[input]]: n, m"},
        Fault{"[[warmup]]\n[[warmup]]\ndims = {n = 65}\n",
              "20: warmup[1].dims.n: must be from 2 to 64"},
        Fault{"[[warmup]]\ndims = {n = \"8\"}\n", "19: warmup[0].dims.n: must be an integer"},
        Fault{"[[warmup]]\ndims = 8\n", "19: warmup[0].dims: must be a table"},
        Fault{"[[warmup]]\nfill = \"ones\"\n", "19: warmup[0].fill: \"ones\" is none of"},
        Fault{"[[warmup]]\nfiles = {z = \"x.npy\"}\n",
              "19: warmup[0].files.z: is the name of no [[input]]"},
        Fault{"[[warmup]]\nfiles = {x = \"../x.npy\"}\n",
              "19: warmup[0].files.x: must be the name"},
        Fault{"[[warmup]]\nfiles = {x = \"x.bin\"}\n", "19: warmup[0].files.x: must be the name"},
        Fault{"[[warmup]]\nfiles = {x = \"none.npy\"}\n", "19: warmup[0].files.x: "},
        Fault{"[[warmup]]\nfiles = {x = \"half.npy\"}\n",
              "19: warmup[0].files.x: half.npy holds float16 [7, 3], and input \"x\" is float32"},
        Fault{"[[warmup]]\nfiles = {x = \"wide.npy\"}\n",
              "19: warmup[0].files.x: wide.npy holds float32 [7, 4], and input \"x\" takes for "
              "size 1 from 3 to 3"},
        Fault{"[[warmup]]\nfiles = {x = \"long.npy\"}\n", "19: warmup[0].files.x: long.npy holds"},
        Fault{"[[warmup]]\ndims = {n = 8}\nfiles = {x = \"x.npy\"}\n",
              "20: warmup[0].files.x: x.npy holds float32 [7, 3], and input \"x\" takes for size 0 "
              "(n) here 8"},
        Fault{"[warmup]\ndims = {n = 8}\n", "18: warmup: must be an array"}));

TEST(WarmUps, that_are_too_large_are_refused_and_left_out_where_nobody_asked) {
    std::string large = kModel;
    large.replace(large.find("[\"n\", 3]"), 8, "[1073741825]");
    EXPECT_TRUE(plan(large).empty());
    EXPECT_THAT(fault_of(large + "[[warmup]]\n"),
                HasSubstr(":18: warmup[0]: its inputs have more than 1 GiB"));
}

TEST(WarmUps, are_eight_at_most) {
    std::string text = kModel;
    for (int i = 0; i < 9; ++i)
        text += "[[warmup]]\n";
    EXPECT_THAT(fault_of(text), HasSubstr("warmup: stands more than 8 times"));
}

}  // namespace
}  // namespace samovar::daemon
