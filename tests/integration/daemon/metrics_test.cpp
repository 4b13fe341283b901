// What the daemon has counted, by both of its ways.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include "client/cli/metrics/exposition.hpp"
#include "tests/support/daemon_under_test.hpp"
#include "tests/support/http_get.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// As a session gets it.
std::string metrics_of(TestClient& client) {
    const std::uint64_t request = client.ask(ipc::ReadMetrics{});
    std::string text;
    while (true) {
        const Answer answer = client.next();
        EXPECT_EQ(answer.header.request, request);
        if (answer.is<ipc::Ok>()) return text;
        text += answer.as<ipc::Metrics>().text;
    }
}

TEST(Metrics, tell_what_has_happened_to_jobs_and_models) {
    DaemonUnderTest daemon({.models = {"add", "throws"}});
    TestClient client(daemon.socket());
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    EXPECT_EQ(client.call(job("throws", {floats({-1})})).error().code, Errc::inference_failed);
    EXPECT_EQ(client.call(job("missing", {floats({1})})).error().code, Errc::unknown_model);
    const std::string text = metrics_of(client);
    for (const char* line :
         {"samovar_jobs_total{model=\"add\",outcome=\"done\"} 2\n",
          "samovar_jobs_total{model=\"throws\",outcome=\"failed\"} 1\n",
          "samovar_cold_starts_total{model=\"add\"} 1\n",
          "samovar_job_seconds_count{model=\"add\"} 2\n",
          "samovar_model_loads_total{model=\"add\",cause=\"demand\"} 1\n",
          "samovar_model_state{model=\"add\",state=\"hot\"} 1\n",
          "samovar_worker_starts_total{worker=\"cpu\"} 1\n",
          "samovar_errors_total{code=\"unknown_model\"} 1\n",
          "samovar_errors_total{code=\"inference_failed\"} 1\n", "samovar_sessions_total 1\n",
          "nv_inference_request_success{model=\"add\",version=\"1\"} 2\n"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, Not(HasSubstr("missing")));
    const auto families = cli::parse_exposition(text);
    EXPECT_TRUE(families) << families.error().message;
}

TEST(Metrics, go_on_over_a_new_version_of_a_model_and_while_its_folder_is_away) {
    DaemonUnderTest daemon;
    daemon.copy_model("add");
    TestClient client(daemon.socket());
    client.get<ipc::ReloadReport>(ipc::Reload{});
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    daemon.set_rules("add", "keep_alive = \"5m\"\n");
    client.get<ipc::ReloadReport>(ipc::Reload{});
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    const std::string two = "samovar_jobs_total{model=\"add\",outcome=\"done\"} 2\n";
    EXPECT_THAT(metrics_of(client), HasSubstr(two));
    std::filesystem::rename(daemon.models() / "add", daemon.folder() / "away");
    client.get<ipc::ReloadReport>(ipc::Reload{});
    EXPECT_THAT(metrics_of(client), HasSubstr(two));
}

TEST(Metrics, count_a_worker_that_dies) {
    DaemonUnderTest daemon({.models = {"add"}});
    TestClient client(daemon.socket());
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    ::kill(static_cast<pid_t>(daemon.worker().pid), SIGKILL);
    EXPECT_TRUE(wait_until([&] {
        return metrics_of(client).find("samovar_worker_deaths_total{worker=\"cpu\"} 1\n") !=
               std::string::npos;
    }));
}

TEST(Scrapers, read_the_same_over_http_without_a_session) {
    TemporaryFolder folder;
    const std::filesystem::path socket = folder.path() / "m";
    DaemonUnderTest daemon({.models = {"add"}, .arguments = {"--metrics-socket", socket}});
    struct stat info {};
    ASSERT_EQ(::stat(socket.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0660U);
    const std::string answer = http_get(socket, "/metrics");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("samovar_jobs_total{model=\"add\",outcome=\"done\"} 0\n"));
    EXPECT_THAT(answer, HasSubstr("\nsamovar_sessions 0\n"));
    EXPECT_THAT(answer, HasSubstr("\nsamovar_sessions_total 0\n"));
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST(Scrapers, do_not_keep_an_idle_daemon_from_ending) {
    TemporaryFolder folder;
    const std::filesystem::path socket = folder.path() / "m";
    DaemonUnderTest daemon({.arguments = {"--metrics-socket", socket, "--idle-exit", "0.3"}});
    const ipc::UniqueFd open = connected(socket);
    EXPECT_EQ(daemon.wait_for_exit(), 0);
}

}  // namespace
}  // namespace samovar::tests
