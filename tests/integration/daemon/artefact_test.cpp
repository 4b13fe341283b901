// Artefacts that are missing, corrupt or of another model: what was wrong, and nothing else
// suffers.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Artefact : public testing::Test {
  protected:
    // A copy of a made model in the models folder.
    fs::path copy_of(const std::string& model) const {
        daemon_.copy_model(model);
        return daemon_.models() / model;
    }
    static void truncate(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }
    // Sixteen bytes in the middle become others.
    static void damage(const fs::path& file) {
        std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
        out << "!!!!!!!!!!!!!!!!";
    }
    // What a load of the model is answered after a reload; the other model works all the while.
    Error load(const std::string& model) {
        TestClient client(daemon_.socket());
        client.get<ipc::ReloadReport>(ipc::Reload{});
        const Error error = client.call(ipc::LoadModel{model}).error();
        client.get<ipc::Done>(job("add", {floats({1}), floats({2})}));
        return error;
    }

    DaemonUnderTest daemon_{DaemonPlan{.models = {"add"}}};
};

TEST_F(Artefact, that_is_missing_is_named) {
    fs::remove(copy_of("tiny") / "model.pt");
    const Error error = load("tiny");
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("tiny/model.pt: No such file or directory"));
}

TEST_F(Artefact, that_is_a_folder_is_named) {
    const fs::path file = copy_of("tiny") / "model.pt";
    fs::remove(file);
    fs::create_directory(file);
    EXPECT_THAT(load("tiny").message, HasSubstr("tiny/model.pt: is not a regular file"));
}

TEST_F(Artefact, whose_weights_are_missing_is_named) {
    fs::remove(copy_of("tiny-pt2") / "weights.safetensors");
    const Error error = load("tiny-pt2");
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("weights.safetensors: No such file or directory"));
}

TEST_F(Artefact, TorchScript_that_is_cut_short_fails_the_load) {
    truncate(copy_of("tiny") / "model.pt");
    const Error error = load("tiny");
    EXPECT_EQ(error.code, Errc::model_failed);
    EXPECT_THAT(error.message, HasSubstr("model.pt"));
}

TEST_F(Artefact, TorchScript_that_is_rubbish_fails_the_load) {
    std::ofstream(copy_of("tiny") / "model.pt") << "this is no zip file";
    EXPECT_EQ(load("tiny").code, Errc::model_failed);
}

TEST_F(Artefact, package_that_is_cut_short_is_refused) {
    truncate(copy_of("tiny-pt2") / "model.pt2");
    const Error error = load("tiny-pt2");
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("tiny-pt2/model.pt2: is no .pt2 package"));
}

TEST_F(Artefact, package_with_a_wrong_checksum_is_refused) {
    damage(copy_of("tiny-pt2") / "model.pt2");
    const Error error = load("tiny-pt2");
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("tiny-pt2/model.pt2: an entry"));
}

TEST_F(Artefact, weights_that_are_cut_short_fail_the_load) {
    truncate(copy_of("tiny-pt2") / "weights.safetensors");
    const Error error = load("tiny-pt2");
    EXPECT_EQ(error.code, Errc::model_failed);
    EXPECT_THAT(error.message, HasSubstr("the file is cut short"));
}

TEST_F(Artefact, weights_of_another_model_fail_the_load) {
    const fs::path weights = copy_of("tiny-pt2") / "weights.safetensors";
    std::string bytes = text_of(weights);
    const auto name = bytes.find("first.weight");
    ASSERT_NE(name, bytes.npos);
    bytes.replace(name, 5, "other");
    std::ofstream(weights, std::ios::binary) << bytes;
    const Error error = load("tiny-pt2");
    EXPECT_EQ(error.code, Errc::model_failed);
    EXPECT_THAT(error.message, HasSubstr("the weights lack"));
}

TEST_F(Artefact, that_is_rewritten_while_it_is_hot_hurts_nobody) {
    const fs::path weights = copy_of("tiny-pt2") / "weights.safetensors";
    TestClient client(daemon_.socket());
    client.get<ipc::ReloadReport>(ipc::Reload{});
    const auto tiny =
        job("tiny-pt2", {inline_input(DType::float32, {2, 16}, std::vector<float>(32, 1))});
    const auto before = values_of<float>(client.get<ipc::Done>(tiny).outputs.at(0));
    const std::uint32_t worker = daemon_.worker().pid;
    fs::resize_file(weights, 0);
    EXPECT_EQ(values_of<float>(client.get<ipc::Done>(tiny).outputs.at(0)), before);
    EXPECT_EQ(daemon_.worker().pid, worker);
}

TEST_F(Artefact, that_failed_to_load_is_tried_again_after_it_was_mended) {
    const fs::path file = copy_of("tiny") / "model.pt";
    truncate(file);
    EXPECT_EQ(load("tiny").code, Errc::model_failed);
    fs::copy_file(made_model("tiny") / "model.pt", file, fs::copy_options::overwrite_existing);
    TestClient client(daemon_.socket());
    client.get<ipc::ReloadReport>(ipc::Reload{});
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"tiny"});
}

TEST_F(Artefact, that_failed_to_load_refuses_its_jobs_with_the_reason_and_a_time) {
    truncate(copy_of("tiny") / "model.pt");
    load("tiny");
    TestClient client(daemon_.socket());
    const Error error =
        client.call(job("tiny", {inline_input(DType::float32, {2, 16}, std::vector<float>(32, 1))}))
            .error();
    EXPECT_EQ(error.code, Errc::model_failed);
    EXPECT_THAT(error.message, HasSubstr("model.pt"));
    EXPECT_THAT(error.hint, HasSubstr("samovar reload"));
    EXPECT_GT(error.retry_after_ms, 0U);
}

}  // namespace
}  // namespace samovar::tests
