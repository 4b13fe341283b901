#include "daemon/worker/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

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

}  // namespace

void start(const std::string& worker, const std::string& level) {
    auto logger = std::make_shared<spdlog::logger>(
        "worker " + worker, std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l [%n %P] %v");
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
