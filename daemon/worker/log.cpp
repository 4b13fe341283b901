#include "daemon/worker/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "ipc/json_line.hpp"
#include "ipc/os/journal_stream.hpp"

namespace samovar::worker::log {
namespace {

std::string one_line(std::string_view text) {
    std::string line;
    bool broken = false;
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            broken = !line.empty();
            continue;
        }
        if (broken) line += " | ";
        broken = false;
        line += c;
    }
    return line;
}

// "<6>", which the journal takes for the line's level (sd-daemon(3)).
class LevelForTheJournal final : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& line) override {
        const std::string_view level = message.level >= spdlog::level::err    ? "<3>"
                                       : message.level == spdlog::level::warn ? "<4>"
                                       : message.level == spdlog::level::info ? "<6>"
                                                                              : "<7>";
        line.append(level.data(), level.data() + level.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return spdlog::details::make_unique<LevelForTheJournal>();
    }
};

// The daemon's standard error is this one's.
std::unique_ptr<spdlog::formatter> format_for_standard_error() {
    auto format = std::make_unique<spdlog::pattern_formatter>();
    if (ipc::is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM")))
        format->add_flag<LevelForTheJournal>('*').set_pattern("%*[%n %P] %v");
    else
        format->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l [%n %P] %v");
    return format;
}

// As the daemon's lines are.
class JsonLines final : public spdlog::formatter {
  public:
    explicit JsonLines(std::string worker) : worker_(std::move(worker)) {}
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string line =
            ipc::json_line({{"time", ipc::in_utc(message.time)},
                            {"level", spdlog::level::to_string_view(message.level).data()},
                            {"program", "samovar-worker"},
                            {"worker", worker_},
                            {"worker_pid", std::to_string(::getpid())},
                            {"message", {message.payload.data(), message.payload.size()}}}) +
            "\n";
        out.append(line.data(), line.data() + line.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return spdlog::details::make_unique<JsonLines>(worker_);
    }

  private:
    const std::string worker_;
};

}  // namespace

void start(const std::string& worker, const std::string& level, bool json) {
    auto logger = std::make_shared<spdlog::logger>(
        "worker " + worker, std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (json)
        logger->set_formatter(std::make_unique<JsonLines>(worker));
    else
        logger->set_formatter(format_for_standard_error());
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

void debug(std::string_view text) {
    spdlog::default_logger_raw()->debug("{}", one_line(text));
}
void info(std::string_view text) {
    spdlog::default_logger_raw()->info("{}", one_line(text));
}
void warning(std::string_view text) {
    spdlog::default_logger_raw()->warn("{}", one_line(text));
}
void error(std::string_view text) {
    spdlog::default_logger_raw()->error("{}", one_line(text));
}

}  // namespace samovar::worker::log
