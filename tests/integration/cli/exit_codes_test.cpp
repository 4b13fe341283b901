// Exit codes: scripts go by them. With each failure, what it says: what was wrong, and the way out.

#include <gmock/gmock.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/integration/cli/samples.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ExitCodes : public testing::Test {
  protected:
    // The same command for people and for programs: one code, one reason.
    Said fails(const Words& words, int code, const std::string& name) {
        const Said said = samovar(words);
        EXPECT_EQ(said.code, code) << said.err;
        EXPECT_THAT(said.err, StartsWith("samovar: "));
        EXPECT_EQ(said.out, "");
        Words with_json = words;
        with_json.emplace_back("--json");
        const Said document = samovar(with_json);
        EXPECT_EQ(document.code, code) << document.err;
        Json json = document.json();
        if (json.is_array()) json = json.at(0);  // of `run`: a job each
        EXPECT_EQ(json["error"]["code"], name) << document.out;
        EXPECT_FALSE(json["error"]["message"].get<std::string>().empty());
        return said;
    }

    DaemonUnderTest daemon{
        {.models = {"add", "throws", "sleepy", "invert", "wrong_output", "needs_cuda", "crash"},
         .arguments = {"--drain", "0.2"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(ExitCodes, usage_is_2) {
    EXPECT_THAT(fails({"load"}, 2, "invalid_argument").err, HasSubstr("`samovar load -h`"));
    EXPECT_THAT(fails({"lod", "selfie"}, 2, "invalid_argument").err,
                HasSubstr("did you mean `samovar load`?"));
    EXPECT_THAT(fails({"lod", "add"}, 2, "invalid_argument").err, HasSubstr("`samovar load`?"));
    EXPECT_THAT(
        fails({"run", "add", "--input", "z=[1]"}, 2, "invalid_argument").err,
        AllOf(HasSubstr("the model has no input \"z\""), HasSubstr("add takes x: float32 [n]")));
    EXPECT_THAT(fails({"run", "add"}, 2, "invalid_argument").err,
                HasSubstr("give each input with --input"));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"events", "--since", "xx"}, {"park", "add", "--for", "0s"}})
        EXPECT_THAT(fails(words, 2, "invalid_argument").err,
                    HasSubstr(words.back() + " is no length of time; write 30m, 2h or 1d"));
}

TEST_F(ExitCodes, no_daemon_is_3_also_where_a_dead_one_left_its_socket) {
    daemon.kill();
    ASSERT_TRUE(std::filesystem::exists(daemon.socket()));
    EXPECT_THAT(fails({"ps"}, 3, "no_daemon").err,
                AllOf(HasSubstr("no samovard listens at " + daemon.socket().string()),
                      HasSubstr("samovard --socket " + daemon.socket().string()),
                      HasSubstr("systemctl start samovard")));
    daemon.start();
    EXPECT_EQ(samovar({"ps"}).code, 0);
}

TEST_F(ExitCodes, an_unknown_model_is_4_whatever_is_asked_of_it) {
    for (const Words& words : std::vector<Words>{{"run", "nope", "x.png"},
                                                 {"info", "nope"},
                                                 {"load", "nope"},
                                                 {"unload", "nope"},
                                                 {"remove", "nope"}})
        EXPECT_THAT(fails(words, 4, "unknown_model").err,
                    AllOf(HasSubstr("\"nope\""), HasSubstr("`samovar models`")))
            << words[0];
}

TEST_F(ExitCodes, what_the_daemon_refuses_is_4) {
    const auto elsewhere = samovar.at("mine").string();
    EXPECT_THAT(fails({"add", "mine"}, 4, "bad_model").err, HasSubstr(elsewhere));
    fails({"add", made_model("add").string()}, 4, "model_exists");
    daemon.copy_model("tiny");
    ASSERT_EQ(samovar({"reload"}).code, 0);
    EXPECT_THAT(fails({"remove", "tiny"}, 4, "not_permitted").err, HasSubstr("`samovar reload`"));
    EXPECT_THAT(fails({"load", "needs_cuda"}, 4, "no_device").err, HasSubstr("cuda"));
    EXPECT_THAT(
        fails({"run", "add", "--input", "x=[1,2]", "--input", "y=[1,2,3]"}, 4, "bad_input").err,
        HasSubstr("3"));
    EXPECT_THAT(fails({"run", "add", "--input", "x=[1]", "--input", "y=[1]", "--param", "a=b"}, 4,
                      "invalid_argument")
                    .err,
                HasSubstr("a"));
}

TEST_F(ExitCodes, a_job_that_fails_is_1) {
    EXPECT_THAT(fails({"run", "throws", "--input", "x=[-1]"}, 1, "inference_failed").err,
                HasSubstr("this model takes no negative numbers"));
    fails({"run", "wrong_output", "--input", "x=[1]", "--input", "y=[1]"}, 1, "bad_output");
}

TEST_F(ExitCodes, a_job_that_kills_its_worker_is_1) {
    const Said said = samovar({"run", "crash", "--input", "x=[13]"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("worker"));
    EXPECT_EQ(samovar({"run", "crash", "--input", "x=[1]"}).out, "{\"output\":[2.0]}\n");
}

TEST_F(ExitCodes, a_file_that_cannot_be_used_is_1) {
    EXPECT_THAT(fails({"run", "invert", "nope.png"}, 1, "io").err,
                HasSubstr("opening nope.png: No such file or directory"));
    std::filesystem::create_directory(samovar.at("photos"));
    EXPECT_THAT(fails({"run", "invert", "photos"}, 1, "io").err,
                AllOf(HasSubstr("photos is a folder"), HasSubstr("photos/*")));
    write_bytes(samovar.at("text.jpg"), std::as_bytes(std::span("no picture")));
    EXPECT_THAT(fails({"run", "invert", "text.jpg"}, 1, "bad_image").err, HasSubstr("text.jpg: "));
    EXPECT_THAT(fails({"run", "throws", "text.jpg"}, 1, "bad_input").err,
                AllOf(HasSubstr("text.jpg: "), HasSubstr("numpy.save")));
}

TEST_F(ExitCodes, a_job_that_takes_too_long_is_5_and_is_cancelled) {
    ASSERT_EQ(samovar({"load", "sleepy"}).code, 0);
    const Said said = samovar({"run", "sleepy", "--input", "count=[300]", "--timeout", "0.05"});
    EXPECT_EQ(said.code, 5);
    EXPECT_THAT(said.err, HasSubstr("the job was not done in 50 ms and was cancelled"));
    EXPECT_TRUE(wait_until([&] { return daemon.status().jobs == 0; }));
}

}  // namespace
}  // namespace samovar::tests
