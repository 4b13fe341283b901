// model.toml: what it may say, and that each fault is told with file, line and key.

#include "daemon/models/model_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/process.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kTensorModel = R"(task = "tensor"

[[code]]
file = "model.pt"

[[input]]
name = "x"
dtype = "float32"
shape = ["n", 3]

[[output]]
name = "y"
dtype = "int64"
shape = ["n"]
)";

constexpr const char* kMaskModel = R"(task = "mask"

[[code]]
file = "model.pt2"
weights = "weights.safetensors"

[mask]
size = [256, 320]
)";

ModelFile parse(const std::string& text) {
    return parse_model_file(text, "m/model.toml", "folder");
}

std::string fault_of(const std::string& text);

TEST(Sha256Table, pins_any_file_that_is_named) {
    const std::string sum(62, '0');
    const ModelFile model = parse(kMaskModel + ("[sha256]\n\"model.pt2\" = \"" + sum +
                                                "Ab\"\n"
                                                "\"weights.safetensors\" = \"" +
                                                sum + "01\"\n"));
    EXPECT_EQ(model.sha256.at("model.pt2"), sum + "ab");
    EXPECT_EQ(model.sha256.at("weights.safetensors"), sum + "01");
}

TEST(Sha256Table, names_file_line_and_key_of_what_cannot_be) {
    EXPECT_THAT(fault_of(kTensorModel + std::string("[sha256]\n\"other.pt\" = \"00\"\n")),
                HasSubstr("sha256.other.pt: is no file that this model.toml names"));
    EXPECT_THAT(fault_of(kTensorModel + std::string("[sha256]\n\"model.pt\" = \"00\"\n")),
                HasSubstr("sha256.model.pt: must be 64 hexadecimal digits"));
}

// The fault of a text; "" where it has none.
std::string fault_of(const std::string& text) {
    return fault_in([&] { parse(text); });
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    return text.replace(at, what.size(), with);
}

TEST(ModelFile, takes_its_defaults_where_nothing_is_said) {
    const ModelFile model = parse(kTensorModel);
    EXPECT_EQ(model.name, "folder");
    EXPECT_EQ(model.description, "");
    EXPECT_EQ(model.device, "auto");
    EXPECT_FALSE(model.own_worker);
    EXPECT_EQ(model.max_run, std::chrono::seconds(30));
    EXPECT_EQ(model.threads, 0U);
    ASSERT_EQ(model.codes.size(), 1U);
    EXPECT_EQ(model.codes[0].format, ipc::CodeFormat::torchscript);
    EXPECT_EQ(model.codes[0].device, "any");
    EXPECT_EQ(model.codes[0].weights, "");
}

TEST(ModelFile, declares_its_tensors) {
    const ModelFile model = parse(std::string(kTensorModel) + "[dims]\nn = [2, 64]\n");
    const ipc::TensorSpec x{"x", DType::float32, {{"n", 2, 64}, {"", 3, 3}}, false};
    EXPECT_EQ(model.inputs, std::vector{x});
    EXPECT_EQ(model.outputs.at(0).dtype, DType::int64);
    EXPECT_EQ(parse(kTensorModel).inputs[0].shape[0], (ipc::Axis{"n", 1, 65536}));
}

TEST(ModelFile, can_declare_a_scalar) {
    EXPECT_TRUE(parse(replaced(kTensorModel, R"(["n", 3])", "[]")).inputs[0].shape.empty());
}

TEST(ModelFile, says_which_inputs_are_pictures) {
    EXPECT_TRUE(parse(replaced(kTensorModel, "name = \"x\"", "name = \"x\"\nkind = \"image\""))
                    .inputs[0]
                    .image);
}

TEST(ModelFile, of_a_mask_declares_the_pictures_that_its_jobs_bring_and_get) {
    const ModelFile model = parse(kMaskModel);
    EXPECT_EQ(model.task, ipc::Task::mask);
    EXPECT_EQ(model.codes[0].format, ipc::CodeFormat::pt2);
    EXPECT_EQ(model.codes[0].device, "cpu");
    EXPECT_EQ(model.mask.height, 256U);
    EXPECT_EQ(model.mask.width, 320U);
    EXPECT_EQ(model.mask.interpolation, ipc::Interpolation::bilinear);
    EXPECT_FLOAT_EQ(model.mask.scale, 1.0F / 255.0F);
    EXPECT_EQ(model.mask.std, (std::array<float, 3>{1, 1, 1}));
    EXPECT_EQ(model.inputs.at(0).dtype, DType::uint8);
    EXPECT_EQ(model.inputs.at(0).shape.at(2), (ipc::Axis{"", 3, 3}));
    EXPECT_EQ(model.outputs.at(0).shape.at(2), (ipc::Axis{"", 4, 4}));
}

TEST(ModelFile, takes_every_key_that_the_documentation_names) {
    const ModelFile model = parse(R"(
name = "cut.out-2_x"
description = "cuts out"
task = "mask"
device = "cuda:1"
isolation = "model"
max_run = "2m"
threads = 3
[[code]]
file = "a.bin"
format = "pt2"
device = "cuda"
[[code]]
file = "model.pt"
device = "cpu"
[mask]
size = [1, 8192]
interpolation = "bicubic"
antialias = true
scale = 1
mean = [0.5, 0.5, 0.5]
std = [1, 2, 3]
activation = "sigmoid"
range = [0.25, 0.75]
)");
    EXPECT_EQ(model.name, "cut.out-2_x");
    EXPECT_EQ(model.device, "cuda:1");
    EXPECT_TRUE(model.own_worker);
    EXPECT_EQ(model.max_run, std::chrono::minutes(2));
    EXPECT_EQ(model.codes.at(1).device, "cpu");
    EXPECT_TRUE(model.mask.antialias);
    EXPECT_TRUE(model.mask.sigmoid);
    EXPECT_EQ(model.mask.std[2], 3);
    EXPECT_EQ(model.mask.low, 0.25F);
}

struct Fault {
    const char* text;   // what stands in the place of `instead_of`
    const char* fault;  // what is said, after "m/model.toml:"
    const char* instead_of = "task = \"tensor\"\n";
};

void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.fault;
}

class TensorModelFault : public testing::TestWithParam<Fault> {};
class MaskModelFault : public testing::TestWithParam<Fault> {};

TEST_P(TensorModelFault, is_told_with_file_line_and_key) {
    EXPECT_THAT(fault_of(replaced(kTensorModel, GetParam().instead_of, GetParam().text)),
                StartsWith(std::string("m/model.toml:") + GetParam().fault));
}
TEST_P(MaskModelFault, is_told_with_file_line_and_key) {
    EXPECT_THAT(fault_of(replaced(kMaskModel, GetParam().instead_of, GetParam().text)),
                StartsWith(std::string("m/model.toml:") + GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    AtTheTop, TensorModelFault,
    testing::Values(
        Fault{"task = \"tensor\"\ncolour = 1\n", "2: colour: is not a known key here"},
        Fault{"tsk = \"tensor\"\n", "1: tsk: is not a known key here: did you mean task?"},
        Fault{"task = \"tensor\"\ninputs = 1\n", "2: inputs: is not a known key here"},
        Fault{"task = \"cook\"\n", "1: task: \"cook\" is none of \"tensor\", \"mask\""},
        Fault{"task = 1\n", "1: task: must be a string"}, Fault{"", "1: task: is required"},
        Fault{"task = \"tensor\"\n[mask]\nsize = [1, 1]\n", "2: mask: is not a known key here"},
        Fault{"task = \"tensor\"\nname = \"No\"\n", "2: name: \"No\" must match"},
        Fault{"task = \"tensor\"\nname = \"\"\n", "2: name: \"\" must match"},
        Fault{"task = \"tensor\"\nname = \"../up\"\n", "2: name: \"../up\" must match"},
        Fault{"task = \"tensor\"\nthreads = -1\n", "2: threads: must be from 0 to 1024"},
        Fault{"task = \"tensor\"\nthreads = 1.5\n", "2: threads: must be an integer"},
        Fault{"task = \"tensor\"\nthreads = \"2\"\n", "2: threads: must be an integer"},
        Fault{"task = \"tensor\"\nisolation = \"no\"\n", "2: isolation: \"no\" is none of"},
        Fault{"task = \"tensor\"\ndevice = \"tpu\"\n", "2: device: \"tpu\" is none of"},
        Fault{"task = \"tensor\"\ndevice = \"cuda:\"\n", "2: device: \"cuda:\" is none of"},
        Fault{"task = \"tensor\"\ndevice = \"cuda:64\"\n", "2: device: \"cuda:64\" is none of"},
        Fault{"task = \"tensor\"\ndevice = \"cuda:1x\"\n", "2: device: \"cuda:1x\" is none of"},
        Fault{"task = \"tensor\"\nmax_run = 30\n", "2: max_run: must be a string"},
        Fault{"task = \"tensor\"\nmax_run = \"30\"\n", "2: max_run: must be a duration such as"},
        Fault{"task = \"tensor\"\nmax_run = \"s\"\n", "2: max_run: must be a duration such as"},
        Fault{"task = \"tensor\"\nmax_run = \"3y\"\n", "2: max_run: must be a duration such as"},
        Fault{"task = \"tensor\"\nmax_run = \"9ms\"\n", "2: max_run: must be from 10ms to 1h"},
        Fault{"task = \"tensor\"\nmax_run = \"61m\"\n", "2: max_run: must be from"},
        Fault{"task = \"tensor\"\nmax_run = \"9223372036854775807h\"\n",
              "2: max_run: must be from"},
        Fault{"task = \"tensor\"\ntask = \"mask\"\n", "2: "}, Fault{"task = \n", "1: "}));

INSTANTIATE_TEST_SUITE_P(
    OfCode, TensorModelFault,
    testing::Values(
        Fault{"file = \"../model.pt\"\n", "4: code[0].file: must be a file name",
              "file = \"model.pt\"\n"},
        Fault{"file = \"\"\n", "4: code[0].file: must be a file name", "file = \"model.pt\"\n"},
        Fault{"file = \"..\"\n", "4: code[0].file: must be a file name", "file = \"model.pt\"\n"},
        Fault{"file = 1\n", "4: code[0].file: must be a string", "file = \"model.pt\"\n"},
        Fault{"", "3: code[0].file: is required", "file = \"model.pt\"\n"},
        Fault{"file = \"model.onnx\"\n", "3: code[0].format: is required where",
              "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt\"\nformat = \"onnx\"\n", "5: code[0].format: \"onnx\" is none of",
              "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt2\"\ndevice = \"any\"\n", "5: code[0].device: a .pt2 is compiled",
              "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt\"\nweights = \"w\"\n", "5: code[0].weights: TorchScript carries",
              "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt2\"\nweights = \"a/w\"\n",
              "5: code[0].weights: must be a file name", "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt2\"\nweight = \"w\"\n",
              "5: code[0].weight: is not a known key here: did you mean weights?",
              "file = \"model.pt\"\n"},
        Fault{"file = \"model.pt\"\nsize = 1\n", "5: code[0].size: is not a known key here",
              "file = \"model.pt\"\n"},
        Fault{"", "1: code: is required", "[[code]]\nfile = \"model.pt\"\n"},
        Fault{"[code]\n", "3: code: must be an array", "[[code]]\n"}));

INSTANTIATE_TEST_SUITE_P(
    OfTensors, TensorModelFault,
    testing::Values(
        Fault{"dtype = \"float8\"", "8: input[0].dtype: \"float8\" is none of float32",
              "dtype = \"float32\""},
        Fault{"dtype = \"encoded_image\"", "8: input[0].dtype: \"encoded_image\" is none of",
              "dtype = \"float32\""},
        Fault{"dtyp = \"float32\"",
              "8: input[0].dtyp: is not a known key here: did you mean dtype?",
              "dtype = \"float32\""},
        Fault{"name = \"\"", "7: input[0].name: must have 1 to 64 bytes", "name = \"x\""},
        Fault{"shape = [-1]", "9: input[0].shape: a size is out of range", "shape = [\"n\", 3]"},
        Fault{"shape = [1.5]", "9: input[0].shape: must hold integers and names",
              "shape = [\"n\", 3]"},
        Fault{"shape = [\"\"]", "9: input[0].shape: a size's name has 1 to 64",
              "shape = [\"n\", 3]"},
        Fault{"shape = 3", "9: input[0].shape: must be an array", "shape = [\"n\", 3]"},
        Fault{"", "6: input[0].shape: is required", "shape = [\"n\", 3]\n"},
        Fault{"shape = [1,1,1,1,1,1,1,1,1]", "9: input[0].shape: has more than 8 axes",
              "shape = [\"n\", 3]"},
        Fault{"kind = \"image\"\ndtype = \"int64\"", "13: output[0].kind: is not a known key here",
              "dtype = \"int64\""},
        Fault{"[[output]]\nname = \"y\"\ndtype = \"int8\"\nshape = []\n[[output]]\nname = \"y\"",
              "16: output[1].name: stands twice", "[[output]]\nname = \"y\""},
        Fault{"[dims]\nn = [4, 2]\n[[output]]", "12: dims.n: must be [smallest, largest]",
              "[[output]]"},
        Fault{"[dims]\nn = [1.5, 2]\n[[output]]", "12: dims.n: must be [smallest, largest]",
              "[[output]]"},
        Fault{"[dims]\nn = 4\n[[output]]", "12: dims.n: must be an array", "[[output]]"},
        Fault{"[dims]\nn = [1, 2, 3]\n[[output]]", "12: dims.n: must hold 2 numbers",
              "[[output]]"}));

INSTANTIATE_TEST_SUITE_P(
    OfMasks, MaskModelFault,
    testing::Values(
        Fault{"", "1: mask: is required for task", "[mask]\nsize = [256, 320]\n"},
        Fault{"[mask]\n", "7: mask.size: is required", "[mask]\nsize = [256, 320]\n"},
        Fault{"sise = [256, 320]", "8: mask.sise: is not a known key here: did you mean size?",
              "size = [256, 320]"},
        Fault{"size = [0, 1]", "8: mask.size: must be [height, width]", "size = [256, 320]"},
        Fault{"size = [1, 8193]", "8: mask.size: must be [height, width]", "size = [256, 320]"},
        Fault{"size = [1.5, 2]", "8: mask.size: must be [height, width]", "size = [256, 320]"},
        Fault{"size = [nan, 2]", "8: mask.size: must be [height, width]", "size = [256, 320]"},
        Fault{"size = [\"1\", 2]", "8: mask.size: must hold numbers", "size = [256, 320]"},
        Fault{"size = [2, 2]\nstd = [1, 0, 1]", "9: mask.std: must be above 0",
              "size = [256, 320]"},
        Fault{"size = [2, 2]\nrange = [1, 0]", "9: mask.range: must be [low, high]",
              "size = [256, 320]"},
        Fault{"size = [2, 2]\nantialias = 1", "9: mask.antialias: must be true or false",
              "size = [256, 320]"},
        Fault{"size = [2, 2]\ninterpolation = \"nearest\"\nantialias = true",
              "10: mask.antialias: goes with", "size = [256, 320]"},
        Fault{"size = [2, 2]\ncolour = 1", "9: mask.colour: is not a known key here",
              "size = [256, 320]"},
        Fault{"[[input]]\nname = \"x\"\ndtype = \"int8\"\nshape = []\n[mask]",
              "7: input: is not a known key here", "[mask]"}));

TEST(ModelFile, with_too_many_tensors_is_refused) {
    std::string text = kTensorModel;
    for (int i = 0; i < 15; ++i)
        text += "[[input]]\nname = \"x" + std::to_string(i) + "\"\ndtype = \"int8\"\nshape = []\n";
    EXPECT_THAT(fault_of(text), HasSubstr("input: stands more than 15 times"));
}

TEST(ModelFile, with_too_long_a_description_is_refused) {
    EXPECT_THAT(fault_of("description = \"" + std::string(161, 'x') + "\"\n" + kTensorModel),
                HasSubstr(":1: description: has more than 160 bytes"));
}

TEST(ModelName, is_made_of_few_letters) {
    for (const char* good : {"a", "0", "a.b-c_d", "x2"})
        EXPECT_TRUE(is_model_name(good)) << good;
    for (const char* bad : {"", ".a", "-a", "_a", "A", "a b", "a/b", "\xc3\xa4"})
        EXPECT_FALSE(is_model_name(bad)) << bad;
    EXPECT_TRUE(is_model_name(std::string(64, 'a')));
    EXPECT_FALSE(is_model_name(std::string(65, 'a')));
}

TEST(SmallFile, that_is_too_large_or_no_file_is_refused) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "f";
    std::ofstream(file) << "12345678";
    EXPECT_EQ(read_small_file(file, 8), "12345678");
    EXPECT_THROW(read_small_file(file, 7), TomlFault);
    EXPECT_THROW(read_small_file(folder.path() / "none", 8), TomlFault);
    EXPECT_THROW(read_small_file(folder.path(), 8), TomlFault);
    ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
    EXPECT_THROW(read_small_file(folder.path() / "pipe", 8), TomlFault);
}

}  // namespace
}  // namespace samovar::daemon
