// `samovar doctor` and `samovar debug-report`, with a daemon and without one.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/cli/command_line.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// Of the finding with this subject; null where there is none.
Json finding(const Json& all, const std::string& subject) {
    for (const Json& each : all)
        if (each["subject"] == subject) return each;
    return {};
}

TEST(Doctor, looks_at_a_daemon_that_answers) {
    const DaemonUnderTest daemon({.models = {"add"}});
    const CommandLine samovar(daemon.socket());
    const Said said = samovar({"doctor", "--json"});
    const Json all = said.json();
    EXPECT_THAT(finding(all, "daemon")["what"].get<std::string>(),
                HasSubstr("pid " + std::to_string(daemon.pid()) + " answers"));
    EXPECT_EQ(finding(all, "version")["level"], "ok");
    EXPECT_EQ(finding(all, "kernel")["level"], "ok");
    EXPECT_THAT(finding(all, "samovar-worker")["what"].get<std::string>(),
                HasSubstr("libtorch_cpu.so"));
    EXPECT_THAT(samovar({"doctor"}).out, HasSubstr("ok   version: samovard "));
}

TEST(Doctor, needs_no_daemon_and_says_that_there_is_none) {
    const TemporaryFolder home;
    const CommandLine samovar(home.path() / "none");
    const Said said = samovar({"doctor", "--json"});
    EXPECT_EQ(finding(said.json(), "daemon")["level"], "warn");
    EXPECT_FALSE(finding(said.json(), "samovar-worker").is_null());
}

TEST(Doctor, fails_where_a_model_is_broken_and_says_what_to_do) {
    const DaemonUnderTest daemon;
    fs::create_directory(daemon.models() / "broken");
    std::ofstream(daemon.models() / "broken" / "model.toml") << "task = \"brew\"\n";
    const CommandLine samovar(daemon.socket());
    samovar({"reload"});
    const Said said = samovar({"doctor", "--json"});
    EXPECT_EQ(said.code, 1);
    EXPECT_EQ(finding(said.json(), "model broken")["level"], "fail");
    EXPECT_THAT(finding(said.json(), "model broken")["way_out"].get<std::string>(),
                HasSubstr("samovar reload"));
}

TEST(DebugReport, holds_what_is_asked_for_and_nothing_that_callers_sent) {
    const TemporaryFolder home;
    fs::create_directories(home.path() / "samovar");
    std::ofstream(home.path() / "samovar" / "samovard.toml")
        << "# planted-comment\nupload_token = \"planted-secret\"\ndrain = \"9s\"\n";
    const DaemonUnderTest daemon({.models = {"add", "throws"}});
    TestClient client(daemon.socket());
    ipc::Submit job_of_words = job("add", {floats({7654321}), floats({7654321})});
    job_of_words.params.push_back({"planted-key", "planted-value"});
    client.call(job_of_words);
    client.call(job("throws", {floats({7654321})}));
    const CommandLine samovar(daemon.socket());
    const std::string variable = "XDG_CONFIG_HOME=" + home.path().string();
    samovar({"run", "add", "--input", "x=[7654321]", "--input", "y=[1]", "--text", "planted-text"});
    const Said said = samovar({"debug-report", "r.tar.gz"}, {.environment = {variable}});
    ASSERT_EQ(said.code, 0) << said.err;
    const Said unpacked = samovar.shell("tar -xzf r.tar.gz && cat $(find samovar-report -type f)");
    ASSERT_EQ(unpacked.code, 0) << unpacked.err;
    for (const char* kept : {"samovar_jobs_total", "drain = \"9s\"", "\"daemon\"", "MemTotal"})
        EXPECT_THAT(unpacked.out, HasSubstr(kept));
    for (const char* planted : {"planted", "7654321"})
        EXPECT_THAT(unpacked.out, Not(HasSubstr(planted)));
    EXPECT_EQ(samovar({"debug-report", "r.tar.gz"}).code, 1) << "it was replaced";
    EXPECT_EQ(samovar({"debug-report", "r.zip"}).code, 2);
}

}  // namespace
}  // namespace samovar::tests
