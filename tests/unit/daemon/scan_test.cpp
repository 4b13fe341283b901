// Reading the models directory, and the choice of a device.

#include "daemon/models/scan.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/process.hpp"
#include "tests/unit/daemon/zip_writer.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kTensors = R"(
[[input]]
name = "x"
dtype = "float32"
shape = [1]
[[output]]
name = "y"
dtype = "float32"
shape = [1]
)";
constexpr const char* kPortable = "[[code]]\nfile = \"model.pt\"\n";
constexpr const char* kForCpu = "[[code]]\nfile = \"cpu.pt2\"\n";
constexpr const char* kForCuda = "[[code]]\nfile = \"cuda.pt2\"\ndevice = \"cuda\"\n";

class Scanning : public testing::Test {
  protected:
    Scanning() { fs::create_directory(models()); }
    fs::path models() const { return folder_.path() / "models"; }
    // A folder with all artefacts, and a model.toml with these codes.
    void make(const std::string& folder, const std::string& codes,
              const std::string& top = "") const {
        fs::create_directory(models() / folder);
        std::ofstream(models() / folder / "model.toml") << "task = \"tensor\"\n"
                                                        << top << codes << kTensors;
        std::ofstream(models() / folder / "model.pt") << "portable";
        for (const char* package : {"cpu.pt2", "cuda.pt2"})
            tests::write_zip(models() / folder / package, {{"a", package}});
    }
    Scan scan() { return scan_models(models(), store_, devices_); }
    Candidate only() {
        Scan found = scan();
        EXPECT_EQ(found.candidates.size(), 1U);
        EXPECT_TRUE(found.rejected.empty()) << found.rejected[0].problem;
        return std::move(found.candidates.at(0));
    }

    tests::TemporaryFolder folder_;
    Store store_{std::move(*Store::open(folder_.path() / "store"))};
    Devices devices_{0, "this machine has none"};
};

TEST_F(Scanning, an_empty_or_a_missing_directory_finds_nothing) {
    EXPECT_TRUE(scan().candidates.empty());
    fs::remove(models());
    EXPECT_TRUE(scan().candidates.empty());
    EXPECT_EQ(scan().fault, "");
}

TEST_F(Scanning, what_is_no_directory_is_a_fault) {
    fs::remove(models());
    std::ofstream(models()) << "x";
    EXPECT_EQ(scan().fault, models().string() + ": Not a directory");
}

TEST_F(Scanning, finds_folders_and_links_in_the_order_of_their_names) {
    make("b", kPortable);
    make("a", kPortable);
    fs::rename(models() / "a", folder_.path() / "elsewhere");
    fs::create_directory_symlink(folder_.path() / "elsewhere", models() / "a");
    fs::create_directory_symlink("/nowhere", models() / "dangling");
    fs::create_directory(models() / "empty");
    std::ofstream(models() / "file") << "x";
    const Scan found = scan();
    ASSERT_EQ(found.candidates.size(), 2U);
    EXPECT_EQ(found.candidates[0].file.name, "a");
    EXPECT_EQ(found.candidates[0].folder, models() / "a");
    EXPECT_TRUE(found.rejected.empty());
}

TEST_F(Scanning, refuses_what_anybody_may_write_where_only_owners_should) {
    make("closed", kPortable);
    make("folder", kPortable);
    make("file", kPortable);
    make("words", kPortable);
    const auto let_all_write = [this](const char* path) {
        fs::permissions(models() / path, fs::perms::others_write, fs::perm_options::add);
    };
    let_all_write("folder");
    let_all_write("file/model.pt");
    let_all_write("words/model.toml");
    let_all_write("closed/cpu.pt2");  // which its model.toml does not name
    EXPECT_EQ(scan().candidates.size(), 4U);
    const Scan strict = scan_models(models(), store_, devices_, Writers::owners);
    ASSERT_EQ(strict.candidates.size(), 1U);
    EXPECT_EQ(strict.candidates[0].file.name, "closed");
    ASSERT_EQ(strict.rejected.size(), 3U);
    EXPECT_THAT(strict.rejected[0].problem,
                HasSubstr((models() / "file" / "model.pt").string() + ": anybody may write it"));
    EXPECT_THAT(strict.rejected[1].problem,
                HasSubstr("chmod o-w " + (models() / "folder").string()));
    EXPECT_THAT(strict.rejected[2].problem, HasSubstr("words/model.toml: anybody"));
}

TEST_F(Scanning, refuses_a_file_whose_sum_is_not_that_of_model_toml) {
    make("m", kPortable, "");
    std::ofstream(models() / "m" / "model.toml", std::ios::app)
        << "[sha256]\n\"model.pt\" = \"" << std::string(64, '0') << "\"\n";
    const Scan found = scan();
    ASSERT_EQ(found.rejected.size(), 1U);
    EXPECT_THAT(found.rejected[0].problem, HasSubstr("model.pt: its SHA-256 is "));
}

TEST_F(Scanning, takes_every_artefact_into_the_store) {
    make("m", std::string(kForCpu) + "weights = \"model.pt\"\n" + kForCuda);
    const Candidate model = only();
    EXPECT_EQ(model.hashes.size(), 3U);
    EXPECT_EQ(model.code.label, "cpu.pt2");
    EXPECT_EQ(tests::text_of(fs::path(model.code.file) / "a"), "cpu.pt2");
    EXPECT_EQ(tests::text_of(model.code.weights), "portable");
}

TEST_F(Scanning, rejects_a_folder_whose_artefact_is_missing_also_if_it_would_not_be_used) {
    make("m", std::string(kForCpu) + kForCuda);
    fs::remove(models() / "m" / "cuda.pt2");
    const Scan found = scan();
    ASSERT_EQ(found.rejected.size(), 1U);
    EXPECT_THAT(found.rejected[0].problem, HasSubstr("m/cuda.pt2: No such file"));
}

TEST_F(Scanning, rejects_a_folder_with_an_empty_artefact_and_names_it) {
    for (const char* file : {"model.pt", "cpu.pt2", "cuda.pt2"}) {
        make("m", std::string(kForCpu) + "weights = \"model.pt\"\n" + kForCuda);
        fs::resize_file(models() / "m" / file, 0);
        const Scan found = scan();
        ASSERT_EQ(found.rejected.size(), 1U) << file;
        EXPECT_EQ(found.rejected[0].problem,
                  (models() / "m" / file).string() + ": is empty; copy or export it again");
        fs::remove_all(models() / "m");
    }
}

// Root may look into every folder, but nobody into a link to itself.
TEST_F(Scanning, rejects_a_folder_that_cannot_be_looked_into) {
    fs::create_directory_symlink("m", models() / "m");
    const Scan found = scan();
    ASSERT_EQ(found.rejected.size(), 1U);
    EXPECT_EQ(found.rejected[0].folder, models() / "m");
    EXPECT_EQ(found.rejected[0].problem,
              (models() / "m" / "model.toml").string() + ": Too many levels of symbolic links");
}

TEST_F(Scanning, passes_over_the_folder_that_file_systems_put_into_their_root) {
    fs::create_directory_symlink("lost+found", models() / "lost+found");
    const Scan found = scan();
    EXPECT_TRUE(found.candidates.empty());
    EXPECT_TRUE(found.rejected.empty());
}

TEST_F(Scanning, changes_the_version_with_the_text_and_with_each_artefact) {
    make("m", kPortable);
    const std::string first = only().version;
    EXPECT_EQ(first.size(), 16U);
    EXPECT_EQ(only().version, first);
    std::ofstream(models() / "m" / "model.pt") << "another";
    const std::string second = only().version;
    EXPECT_NE(second, first);
    std::ofstream(models() / "m" / "model.toml", std::ios::app) << "# a comment\n";
    EXPECT_NE(only().version, second);
}

TEST_F(Scanning, gives_a_name_to_the_first_folder_that_claims_it) {
    make("a", kPortable, "name = \"m\"\n");
    make("b", kPortable, "name = \"m\"\n");
    const Scan found = scan();
    ASSERT_EQ(found.candidates.size(), 1U);
    EXPECT_EQ(found.candidates[0].folder, models() / "a");
    ASSERT_EQ(found.rejected.size(), 1U);
    EXPECT_THAT(found.rejected[0].problem,
                HasSubstr("b/model.toml: name: \"m\" is taken by " + (models() / "a").string()));
}

// ---- The choice of a device ---------------------------------------------------------------------

struct Choice {
    const char* device;  // in model.toml; "" where it says nothing
    std::string codes;
    std::size_t gpus;
    const char* chosen;  // the device
    const char* label;   // of the code; "" where it cannot run
    const char* problem = "";
};

void PrintTo(const Choice& choice, std::ostream* out) {
    *out << "device \"" << choice.device << "\" with " << choice.gpus << " GPUs";
}

class ChoiceOfDevice : public Scanning, public testing::WithParamInterface<Choice> {};

TEST_P(ChoiceOfDevice, takes_the_first_code_that_fits_and_never_another_kind_of_device) {
    const Choice& choice = GetParam();
    devices_.cuda_devices = choice.gpus;
    const std::string device(choice.device);
    make("m", choice.codes, device.empty() ? "" : "device = \"" + device + "\"\n");
    const Candidate model = only();
    EXPECT_EQ(model.device, choice.chosen);
    EXPECT_EQ(model.code.label, choice.label);
    EXPECT_EQ(model.unusable.code, *choice.problem ? Errc::no_device : Errc::ok);
    EXPECT_THAT(model.unusable.message, HasSubstr(choice.problem));
    EXPECT_EQ(model.unusable.hint.empty(), !*choice.problem);
}

const std::string kAll = std::string(kForCuda) + kForCpu + kPortable;

INSTANTIATE_TEST_SUITE_P(
    Devices, ChoiceOfDevice,
    testing::Values(Choice{"", kPortable, 0, "cpu", "model.pt"},
                    Choice{"", kPortable, 1, "cuda:0", "model.pt"},
                    Choice{"", kForCpu, 1, "cpu", "cpu.pt2"}, Choice{"", kAll, 0, "cpu", "cpu.pt2"},
                    Choice{"auto", kAll, 2, "cuda:0", "cuda.pt2"},
                    Choice{"cpu", kAll, 1, "cpu", "cpu.pt2"},
                    Choice{"cpu", kForCuda, 1, "cpu", "", "no code for device cpu"},
                    Choice{"", kForCuda, 0, "cpu", "", "no code for device cpu"},
                    Choice{"cuda", kAll, 1, "cuda:0", "cuda.pt2"},
                    Choice{"cuda", kForCpu, 1, "cuda:0", "", "no code for device cuda:0"},
                    Choice{"cuda", kAll, 0, "cuda:0", "cuda.pt2",
                           "asks for device cuda, and there is none: this machine has none"},
                    Choice{"cuda:1", kAll, 2, "cuda:1", "cuda.pt2"},
                    Choice{"cuda:1", kAll, 1, "cuda:1", "cuda.pt2",
                           "asks for device cuda:1, and there are 1"}));

// ---- What a worker is told ----------------------------------------------------------------------

// float32 [1], in the 64 bytes of header that numpy writes.
std::string npy_of_one_float() {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    header.resize(117, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + std::string(4, '\0');
}

TEST_F(Scanning, takes_the_files_of_warm_ups_into_the_store) {
    make("a", "[[warmup]]\nfiles = {x = \"x.npy\"}\n" + std::string(kPortable));
    std::ofstream(models() / "a" / "x.npy") << npy_of_one_float();
    const Candidate candidate = only();
    const ipc::WorkerLoad load = load_message(candidate, 1);
    ASSERT_EQ(load.warm_ups.size(), 1U);
    const ipc::WarmUpInput& input = load.warm_ups[0].inputs.at(0);
    EXPECT_EQ(input.shape, Shape{1});
    EXPECT_EQ(input.fill, ipc::Fill::file);
    EXPECT_EQ(input.offset, 128U);
    EXPECT_EQ(fs::path(input.file).parent_path(), fs::path(candidate.code.file).parent_path());
    EXPECT_EQ(fs::file_size(input.file), 132U);
    EXPECT_EQ(candidate.hashes.size(), 2U);
    EXPECT_FALSE(load.warm_ups_may_fail);
}

TEST_F(Scanning, a_file_of_a_warm_up_that_is_missing_is_told_with_file_line_and_key) {
    make("a", "[[warmup]]\nfiles = {x = \"x.npy\"}\n" + std::string(kPortable));
    const Scan found = scan();
    ASSERT_EQ(found.rejected.size(), 1U);
    EXPECT_THAT(found.rejected[0].problem, HasSubstr("model.toml:3: warmup[0].files.x: "));
}

TEST_F(Scanning, a_warm_up_that_nobody_asked_for_may_fail) {
    make("a", kPortable);
    const ipc::WorkerLoad load = load_message(only(), 1);
    EXPECT_EQ(load.warm_ups.size(), 1U);
    EXPECT_TRUE(load.warm_ups_may_fail);
}

TEST_F(Scanning, halves_come_to_a_cpu_only_where_it_was_asked_for) {
    make("a", kPortable, "precision = \"bf16\"\n");
    EXPECT_EQ(load_message(only(), 1).options.precision, ipc::Precision::as_it_is);
    make("a", kPortable, "precision = \"bf16\"\ndevice = \"cpu\"\n");
    EXPECT_EQ(load_message(only(), 1).options.precision, ipc::Precision::bf16);
    devices_ = {1, ""};
    make("a", kPortable, "precision = \"bf16\"\n");
    EXPECT_EQ(load_message(only(), 1).options.precision, ipc::Precision::bf16);
}

}  // namespace
}  // namespace samovar::daemon
