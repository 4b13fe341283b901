// Models that fail, and go on failing: each time with a clear word, and nothing is left of it.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Matcher;

constexpr int kTimes = 200;

class BadModels : public WithWorker {
  protected:
    BadModels() : WithWorker({"throws", "wrong_output", "wrong_dtype", "wrong_count"}) {}

    // The job fails `kTimes` times with that, beside jobs of the bystander; the worker lives on and
    // holds no more than before.
    void expect_failures(const ipc::Submit& submit, Errc code, const Matcher<std::string>& says) {
        TestClient client = connect();
        client.call(submit);  // loads the model
        const pid_t process = worker();
        const Census before = census();
        for (int i = 0; i < kTimes; ++i) {
            const std::uint64_t request = client.ask(submit);
            expect_bystander_served();
            const Error error = client.answer(request).error();
            ASSERT_EQ(error.code, code) << describe(error);
            ASSERT_THAT(error.message, says);
            ASSERT_NE(error.hint, "");
        }
        EXPECT_EQ(worker(), process);
        expect_nothing_left(before);
    }
    // The same for a load.
    void expect_failed_loads(const std::string& model, int times, Errc code,
                             const Matcher<std::string>& says) {
        bystander.call(ipc::LoadModel{model});
        const pid_t process = worker();
        const Census before = census_at_rest();
        for (int i = 0; i < times; ++i) {
            const std::uint64_t request = bystander.ask(ipc::LoadModel{model});
            expect_bystander_served();
            const Error error = bystander.answer(request).error();
            ASSERT_EQ(error.code, code) << describe(error);
            ASSERT_THAT(error.message, says);
            ASSERT_NE(error.hint, "");
        }
        EXPECT_EQ(worker(), process);
        expect_nothing_left(before);
    }
    // A copy of a model, of which one file is changed before the daemon reads it.
    void add_changed(const std::string& model, const std::string& file,
                     const std::function<void(const fs::path&)>& change) {
        daemon.copy_model(model);
        change(daemon.models() / model / file);
        bystander.get<ipc::ReloadReport>(ipc::Reload{});
    }
};

void cut_in_half(const fs::path& file) {
    fs::resize_file(file, fs::file_size(file) / 2);
}

TEST_F(BadModels, that_raise_say_so_in_their_own_words) {
    expect_failures(job("throws", {floats({-1})}), Errc::inference_failed,
                    HasSubstr("this model takes no negative numbers"));
    const auto done = connect().get<ipc::Done>(job("throws", {floats({4})}, {}));
    EXPECT_EQ(values_of<float>(done.outputs.at(0)).at(0), 2);
}

TEST_F(BadModels, that_return_another_shape_are_told_both) {
    expect_failures(job("wrong_output", {floats({1, 2}), floats({3, 4})}), Errc::bad_output,
                    AllOf(HasSubstr("[2]"), HasSubstr("[n, 2]")));
}

TEST_F(BadModels, that_return_another_type_are_told_both) {
    expect_failures(job("wrong_dtype", {floats({1}), floats({2})}), Errc::bad_output,
                    AllOf(HasSubstr("float32"), HasSubstr("int32")));
}

TEST_F(BadModels, that_return_another_number_of_tensors_are_told_both) {
    expect_failures(job("wrong_count", {floats({1}), floats({2})}), Errc::bad_output,
                    AllOf(HasSubstr("1"), HasSubstr("2")));
}

TEST_F(BadModels, that_need_a_GPU_where_there_is_none_say_so) {
    daemon.link_model("needs_cuda");
    bystander.get<ipc::ReloadReport>(ipc::Reload{});
    expect_failures(job("needs_cuda", {floats({1}), floats({2})}), Errc::no_device,
                    HasSubstr("asks for device cuda, and there is none"));
    expect_failed_loads("needs_cuda", 20, Errc::no_device, HasSubstr("asks for device cuda"));
}

TEST_F(BadModels, whose_TorchScript_is_cut_short_leave_nothing_of_each_try) {
    add_changed("tiny", "model.pt", cut_in_half);
    expect_failed_loads("tiny", 100, Errc::model_failed, HasSubstr("model.pt"));
}

TEST_F(BadModels, whose_weights_are_cut_short_leave_nothing_of_each_try) {
    add_changed("tiny-pt2", "weights.safetensors", cut_in_half);
    expect_failed_loads("tiny-pt2", 100, Errc::model_failed, HasSubstr("the file is cut short"));
}

TEST_F(BadModels, whose_files_are_missing_are_refused_at_once) {
    add_changed("tiny", "model.pt", [](const fs::path& file) { fs::remove(file); });
    expect_failed_loads("tiny", 20, Errc::bad_model,
                        HasSubstr("tiny/model.pt: No such file or directory"));
    // What is read again and again leaves nothing either.
    const Census before = census();
    for (int i = 0; i < 50; ++i)
        bystander.get<ipc::ReloadReport>(ipc::Reload{});
    expect_nothing_left(before);
    expect_bystander_served();
}

}  // namespace
}  // namespace samovar::tests
