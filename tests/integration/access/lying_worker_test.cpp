// A worker that was taken over, and answers what it was not asked for.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr const char* kModel = R"(
task = "tensor"
[[code]]
file = "model.pt"
[[input]]
name = "image"
dtype = "uint8"
shape = [1, 8, 3]
kind = "image"
[[output]]
name = "image"
dtype = "uint8"
shape = [1, 8, 3]
)";

class LyingWorker : public testing::Test {
  protected:
    LyingWorker() {
        const std::filesystem::path folder = daemon.models() / "liar";
        std::filesystem::create_directory(folder);
        std::ofstream(folder / "model.toml") << kModel;
        std::ofstream(folder / "model.pt") << "no code at all";
        client.get<ipc::ReloadReport>(ipc::Reload{});
    }
    Answer answer_with(const std::string& lie) {
        auto submit = job("liar", {slot_input(DType::uint8, {1, 8, 3}, channel.id, 0)},
                          {{channel.id, 64, 24}});
        if (!lie.empty()) submit.params = {{"lie", lie}};
        return client.call(submit);
    }

    DaemonUnderTest daemon{{.worker_folder = SAMOVAR_LYING_WORKER_FOLDER}};
    TestClient client{daemon.socket()};
    TestChannel channel = open_channel(client, 4096);
};

TEST_F(LyingWorker, is_believed_as_long_as_it_answers_what_was_asked) {
    EXPECT_TRUE(answer_with("").is<ipc::Done>());
    EXPECT_TRUE(answer_with("").is<ipc::Done>());
    EXPECT_EQ(daemon.worker().restarts, 0U);
}

TEST_F(LyingWorker, is_killed_for_a_place_or_a_size_that_nobody_asked_for) {
    for (const std::string lie : {"channel", "offset", "size", "bytes"}) {
        const Error error = answer_with(lie).error();
        EXPECT_EQ(error.code, Errc::bad_output) << lie;
        EXPECT_THAT(error.message, HasSubstr("the worker answered what was not asked")) << lie;
        // The next job has another process.
        EXPECT_TRUE(answer_with("").is<ipc::Done>()) << lie;
    }
    EXPECT_THAT(daemon.log(), HasSubstr("its worker lies: output 0 of its answer is in channel"));
}

}  // namespace
}  // namespace samovar::tests
