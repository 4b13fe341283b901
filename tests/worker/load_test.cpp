// Loading and unloading: both formats, both ways of keeping weights, and what is wrong with them.

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/process.hpp"
#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Error error_of(const Message& message) {
    return message.as<ipc::ErrorReply>().error;
}

std::string read_file(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
void write_file(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

TEST(Hello, names_build_libtorch_and_device) {
    const WorkerProcess worker;
    EXPECT_EQ(worker.hello().build, SAMOVAR_VERSION);
    EXPECT_THAT(worker.hello().torch, testing::StartsWith("2."));
    EXPECT_EQ(worker.hello().device, "cpu");
    EXPECT_EQ(worker.hello().problem, "");
}

TEST(Hello, of_a_worker_for_a_gpu_that_is_not_there_names_the_problem) {
    const WorkerProcess worker({"--device", "cuda:0"});
    EXPECT_THAT(worker.hello().problem, HasSubstr("cuda:0"));
}

TEST(Load, every_way_to_keep_the_weights_gives_the_same_answer) {
    WorkerProcess worker;
    std::vector<std::vector<float>> answers;
    for (const ipc::WorkerLoad& load : {tiny("tiny-pt2"), tiny("tiny-baked"),
                                        torchscript("tiny", tiny_inputs(), tiny_outputs())}) {
        SCOPED_TRACE(load.name);
        const auto report = worker.load(load).as<ipc::WorkerLoaded>().report;
        EXPECT_EQ(report.code, load.code.label);
        EXPECT_EQ(report.device, "cpu");
        EXPECT_EQ(report.mapped_weights, load.name == "tiny-pt2");
        EXPECT_GT(report.weight_bytes, 2000U);
        EXPECT_FALSE(report.phases.empty());
        EXPECT_GT(report.total_ns, 0U);
        answers.push_back(answer_of(worker));
        ASSERT_EQ(answers.back().size(), 8U);
    }
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_NEAR(answers[0][i], answers[1][i], 1e-5);
        EXPECT_NEAR(answers[0][i], answers[2][i], 1e-5);
    }
}

TEST(Load, reports_the_bytes_it_reads_and_the_threads_in_force) {
    WorkerProcess worker({"--threads", "2"});
    ipc::WorkerLoad load = tiny("tiny-pt2");
    const auto report = worker.load(load).as<ipc::WorkerLoaded>().report;
    EXPECT_EQ(report.threads, 2U);
    const auto read = std::find_if(report.phases.begin(), report.phases.end(),
                                   [](const ipc::Phase& phase) { return phase.name == "read"; });
    ASSERT_NE(read, report.phases.end());
    EXPECT_EQ(read->bytes, fs::file_size(load.code.weights));
    EXPECT_GT(worker.progress_count(), 0);
    load.threads = 1;
    EXPECT_EQ(worker.load(load).as<ipc::WorkerLoaded>().report.threads, 1U);
}

TEST(Load, turns_training_off) {
    WorkerProcess worker;
    ipc::WorkerLoad load = torchscript("", {spec("x", DType::float32, {axis("n")})},
                                       {spec("y", DType::float32, {axis("n")})});
    load.code.file = SAMOVAR_TEST_DATA "/worker/dropping.pt";
    worker.load(load).as<ipc::WorkerLoaded>();
    const std::vector<float> ones(64, 1);
    const auto done =
        worker.run(job({inline_input(DType::float32, {64}, ones)})).as<ipc::JobDone>();
    EXPECT_EQ(values_of<float>(done.outputs.at(0)), ones);
}

TEST(Load, unloads_and_forgets) {
    WorkerProcess worker;
    worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    EXPECT_EQ(worker.health().models, 1U);
    worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
    EXPECT_EQ(worker.health().models, 0U);
    EXPECT_EQ(error_of(worker.run(tiny_job())).code, Errc::unknown_model);
}

TEST(Load, gives_the_memory_back_when_it_is_undone) {
    WorkerProcess worker;
    const auto resident_mb = [&] {
        std::ifstream statm("/proc/" + std::to_string(worker.pid()) + "/statm");
        long all = 0, resident = 0;
        statm >> all >> resident;
        return resident * 4096 >> 20;
    };
    const auto wide = spec("x", DType::float32, {axis("batch"), axis(2048)});
    const auto before = resident_mb();
    for (const ipc::WorkerLoad& load :
         {torchscript("mlp268", {wide}, {wide}), compiled("mlp268", {wide}, {wide})}) {
        worker.load(load).as<ipc::WorkerLoaded>();
        EXPECT_GT(resident_mb(), before + 250);
        worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
        EXPECT_LT(resident_mb(), before + 40) << load.code.label;
    }
}

TEST(Load, of_many_versions_leaves_no_descriptor_behind) {
    WorkerProcess worker;
    const fs::path descriptors = "/proc/" + std::to_string(worker.pid()) + "/fd";
    const auto count = [&] {
        return std::distance(fs::directory_iterator(descriptors), fs::directory_iterator());
    };
    worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    const auto before = count();
    for (int i = 0; i < 5; ++i) {
        worker.control_answer(worker.ask_control(ipc::WorkerUnload{1})).as<ipc::Ok>();
        worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
    }
    EXPECT_EQ(count(), before);
}

// ---- What is wrong with an artefact -------------------------------------------------------------

struct Broken {
    TemporaryFolder folder;
    WorkerProcess worker;
    // A failed load leaves a worker that takes the next one.
    Error refused(const ipc::WorkerLoad& load) {
        const Error error = error_of(worker.load(load));
        worker.load(tiny("tiny-pt2")).as<ipc::WorkerLoaded>();
        EXPECT_EQ(answer_of(worker).size(), 8U);
        return error;
    }
};

TEST(BrokenArtefact, that_is_missing_is_named) {
    Broken broken;
    ipc::WorkerLoad load = torchscript("tiny", tiny_inputs(), tiny_outputs());
    load.code.file = broken.folder.path() / "gone.pt";
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("gone.pt"));
}

TEST(BrokenArtefact, TorchScript_that_is_cut_short_or_rubbish_is_refused_in_one_line) {
    Broken broken;
    ipc::WorkerLoad load = torchscript("tiny", tiny_inputs(), tiny_outputs());
    const std::string whole = read_file(load.code.file);
    load.code.file = broken.folder.path() / "half.pt";
    for (const std::string& bytes : {whole.substr(0, whole.size() / 2), std::string("rubbish")}) {
        write_file(load.code.file, bytes);
        const Error error = broken.refused(load);
        EXPECT_EQ(error.code, Errc::bad_model);
        EXPECT_THAT(error.message, HasSubstr("model.pt: "));
        EXPECT_EQ(error.message.find('\n'), std::string::npos);
        EXPECT_EQ(error.message.find("frame #"), std::string::npos) << error.message;
    }
}

TEST(BrokenArtefact, weights_that_are_cut_short_name_the_tensor) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    const std::string whole = read_file(load.code.weights);
    load.code.weights = broken.folder.path() / "weights.safetensors";
    write_file(load.code.weights, whole.substr(0, whole.size() - 8));
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("cut short"));
}

TEST(BrokenArtefact, weights_that_lack_a_constant_name_it) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    std::string bytes = read_file(load.code.weights);
    const auto name = bytes.find("first.weight");
    ASSERT_NE(name, std::string::npos);
    bytes.replace(name, 5, "other");
    load.code.weights = broken.folder.path() / "weights.safetensors";
    write_file(load.code.weights, bytes);
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("'first.weight'"));
}

TEST(BrokenArtefact, weights_of_another_type_name_both) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    std::string bytes = read_file(load.code.weights);
    const auto entry = bytes.find("first.weight");
    const auto type = bytes.find("F32", entry);
    ASSERT_NE(type, std::string::npos);
    bytes.replace(type, 3, "I32");
    load.code.weights = broken.folder.path() / "weights.safetensors";
    write_file(load.code.weights, bytes);
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, testing::AllOf(HasSubstr("float32"), HasSubstr("int32")));
}

TEST(BrokenArtefact, code_without_its_weights_says_so) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    load.code.weights.clear();
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.hint, HasSubstr("weights"));
}

TEST(BrokenArtefact, inputs_that_the_code_does_not_take_are_counted) {
    Broken broken;
    for (ipc::WorkerLoad load :
         {tiny("tiny-pt2"), torchscript("tiny", tiny_inputs(), tiny_outputs())}) {
        load.inputs.push_back(load.inputs.front());
        const Error error = broken.refused(load);
        EXPECT_EQ(error.code, Errc::bad_model);
        EXPECT_THAT(error.message,
                    testing::AllOf(HasSubstr("takes 1 input and"), HasSubstr("declares 2")));
    }
}

// The package with what it says of itself changed.
fs::path package_that_says(const fs::path& folder, const std::string& from, const std::string& to) {
    fs::copy(tiny("tiny-pt2").code.file, folder, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.path().native().ends_with("wrapper_metadata.json")) continue;
        std::string text = read_file(entry.path());
        text.replace(text.find(from), from.size(), to);
        fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
        write_file(entry.path(), text);
    }
    return folder;
}

TEST(BrokenArtefact, code_for_another_device_is_not_run_here) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    load.code.file =
        package_that_says(broken.folder.path() / "cuda", "\"AOTI_DEVICE_KEY\": \"cpu\"",
                          "\"AOTI_DEVICE_KEY\": \"cuda\"");
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::no_device);
    EXPECT_THAT(error.message, testing::AllOf(HasSubstr("compiled for cuda"), HasSubstr("cpu")));
}

TEST(BrokenArtefact, a_folder_without_a_library_is_refused) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    load.code.file = broken.folder.path();
    EXPECT_EQ(broken.refused(load).code, Errc::bad_model);
}

TEST(BrokenArtefact, a_library_that_is_rubbish_is_refused) {
    Broken broken;
    ipc::WorkerLoad load = tiny("tiny-pt2");
    load.code.file = broken.folder.path();
    write_file(broken.folder.path() / "x.wrapper.so", "rubbish");
    const Error error = broken.refused(load);
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("x.wrapper.so"));
}

}  // namespace
}  // namespace samovar::tests
