// Lines of the log as JSON.

#include "daemon/log/json_format.hpp"

#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>

#include <nlohmann/json.hpp>

#include "ipc/json_line.hpp"

namespace samovar::daemon {
namespace {

using Json = nlohmann::json;

// Of a line that was logged 1234 ms after 1970 began.
std::string formatted(const std::string& words, spdlog::level::level_enum level) {
    spdlog::details::log_msg message(spdlog::log_clock::time_point(std::chrono::milliseconds(1234)),
                                     {}, "samovard", level, words);
    spdlog::memory_buf_t line;
    json_format()->format(message, line);
    return {line.data(), line.size()};
}

TEST(ALineOfJson, has_time_level_program_and_message) {
    EXPECT_EQ(formatted("stopped", spdlog::level::info),
              "{\"time\":\"1970-01-01T00:00:01.234Z\",\"level\":\"info\",\"program\":\"samovard\","
              "\"message\":\"stopped\"}\n");
}

TEST(ALineOfJson, has_what_it_is_about_as_fields) {
    const Json job =
        Json::parse(formatted("job 7 uid=1000 model=add: done in 1.000 ms", spdlog::level::debug));
    EXPECT_EQ(job["level"], "debug");
    EXPECT_EQ(job["job"], "7");
    EXPECT_EQ(job["uid"], "1000");
    EXPECT_EQ(job["model"], "add");
    const Json worker = Json::parse(formatted("worker cpu pid 12: started", spdlog::level::info));
    EXPECT_EQ(worker["worker"], "cpu");
    EXPECT_EQ(worker["worker_pid"], "12");
}

TEST(ALineOfJson, is_one_line_of_letters_whatever_it_tells_of) {
    const std::string hostile = "a\"b\\c\nd\x01\x7F\xFF\xC3\xA4\xE2\x82 \xED\xA0\x80";
    const std::string line = ipc::json_line({{"message", hostile}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(Json::parse(line)["message"],
              "a\"b\\c\nd\x01\x7F\uFFFD\u00E4\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace samovar::daemon
