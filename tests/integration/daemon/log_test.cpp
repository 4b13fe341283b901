// The daemon's log, and what is not in it.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <sstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Every line; throws where one is no document.
std::vector<Json> lines_of(const std::string& log) {
    std::vector<Json> lines;
    std::istringstream text(log);
    for (std::string line; std::getline(text, line);)
        lines.push_back(Json::parse(line));
    return lines;
}

TEST(TheLog, is_lines_of_json_of_daemon_and_workers_where_that_is_asked_for) {
    DaemonUnderTest daemon({.models = {"add"}, .arguments = {"--log-format", "json"}});
    TestClient client(daemon.socket());
    client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    EXPECT_EQ(daemon.stop(), 0);
    bool of_job = false, of_worker = false;
    for (const Json& line : lines_of(daemon.log())) {
        EXPECT_TRUE(line.contains("time") && line.contains("level") && line.contains("message"));
        of_job = of_job || (line.value("model", "") == "add" && line.contains("job"));
        of_worker = of_worker || (line["program"] == "samovar-worker" && line["worker"] == "cpu");
    }
    EXPECT_TRUE(of_job);
    EXPECT_TRUE(of_worker);
}

TEST(TheLog, has_one_line_for_each_job_at_debug) {
    DaemonUnderTest daemon({.models = {"add", "throws"}});
    TestClient client(daemon.socket());
    for (int i = 0; i < 7; ++i)
        client.call(job("add", {floats({1}), floats({2})})).as<ipc::Done>();
    client.call(job("throws", {floats({-1})})).error();
    EXPECT_EQ(daemon.stop(), 0);
    const std::string log = daemon.log();
    std::size_t done = 0;
    for (std::size_t at = 0; (at = log.find(" model=add: done in ", at)) != log.npos; ++at)
        ++done;
    EXPECT_EQ(done, 7U);
    EXPECT_THAT(log, HasSubstr(" model=throws: failed: inference_failed"));
}

TEST(TheLog, has_no_values_that_callers_send) {
    DaemonUnderTest daemon({.models = {"add", "throws"}});
    TestClient client(daemon.socket());
    ipc::Submit secret = job("add", {floats({1234567}), floats({1234567})});
    secret.params.push_back({"planted-key", "planted-value"});
    client.call(secret);
    client.call(job("add", {floats({1234567}), floats({1234567})}));
    client.call(job("throws", {floats({1234567})}));
    EXPECT_EQ(daemon.stop(), 0);
    for (const char* planted : {"planted", "1234567", "1.23457e"})
        EXPECT_THAT(daemon.log(), Not(HasSubstr(planted)));
}

TEST(TheLog, does_not_grow_with_what_one_client_does_wrong_again_and_again) {
    DaemonUnderTest daemon;
    for (int i = 0; i < 50; ++i) {
        TestClient client(daemon.socket(), /*greet=*/false);
        client.send(ipc::Ping{}, 1);
        EXPECT_TRUE(client.ended());
    }
    EXPECT_EQ(daemon.stop(), 0);
    const std::string log = daemon.log();
    std::size_t told = 0;
    for (std::size_t at = 0; (at = log.find("not a hello", at)) != log.npos; ++at)
        ++told;
    EXPECT_LE(told, 20U);  // of a term of half a minute, or of two where the machine is slow
    EXPECT_THAT(log, HasSubstr(" more like it in 30 s)"));
}

}  // namespace
}  // namespace samovar::tests
