#pragma once
#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>

namespace samovar::daemon {

// How lines are written: to the journal with fields, or to standard error as words or as JSON.
// `automatic`: to the journal where standard error leads there, else as words.
enum class LogFormat { automatic, text, json, journal };

// Sets up the log of this program. `to_the_journal`: standard error leads there.
void start_log(const std::string& level, LogFormat format, bool to_the_journal);

// Hands on what does not repeat itself too often; debug lines always.
std::shared_ptr<spdlog::sinks::sink> without_repeats(std::shared_ptr<spdlog::sinks::sink> next);

}  // namespace samovar::daemon
