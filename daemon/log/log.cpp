#include "daemon/log/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

#include "daemon/log/json_format.hpp"
#include "daemon/log/repeats.hpp"
#include "daemon/service/journal.hpp"

namespace samovar::daemon {
namespace {

constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

class WithoutRepeats final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit WithoutRepeats(std::shared_ptr<spdlog::sinks::sink> next) : next_(std::move(next)) {}

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        tell(repeats_.over(message.time), message.time);
        const std::string_view line(message.payload.data(), message.payload.size());
        if (message.level < spdlog::level::info ||
            repeats_.passes(line, message.level, message.time))
            next_->log(message);
    }
    void flush_() override {
        tell(repeats_.all(), spdlog::log_clock::now());
        next_->flush();
    }
    void tell(const std::vector<Repeats::Held>& lines, spdlog::log_clock::time_point time) {
        for (const Repeats::Held& held : lines) {
            const std::string words = in_words(held);
            next_->log(spdlog::details::log_msg(
                time, {}, "samovard", static_cast<spdlog::level::level_enum>(held.level), words));
        }
    }

    Repeats repeats_;
    const std::shared_ptr<spdlog::sinks::sink> next_;
};

std::shared_ptr<spdlog::sinks::sink> sink_for(LogFormat format) {
    if (format == LogFormat::journal) return journal_sink(kJournalSocket);
    if (format == LogFormat::json) {
        auto plain = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        plain->set_formatter(json_format());
        return plain;
    }
    auto coloured = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    coloured->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    return coloured;
}

}  // namespace

std::shared_ptr<spdlog::sinks::sink> without_repeats(std::shared_ptr<spdlog::sinks::sink> next) {
    return std::make_shared<WithoutRepeats>(std::move(next));
}

void start_log(const std::string& level, LogFormat format, bool to_the_journal) {
    if (format == LogFormat::automatic)
        format = to_the_journal ? LogFormat::journal : LogFormat::text;
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("samovard", without_repeats(sink_for(format))));
    spdlog::set_level(spdlog::level::from_str(level));
}

}  // namespace samovar::daemon
