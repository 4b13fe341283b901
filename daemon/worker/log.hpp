#pragma once
// The worker's log: one line an event on standard error, which the daemon hands through.
// In a header of its own, because spdlog and LibTorch bring different versions of fmt.

#include <string>
#include <string_view>

namespace samovar::worker::log {

// Names the worker in each line; `level` is debug, info, warning or error. `json`: each line is one
// of JSON. Call once, before any thread is started.
void start(const std::string& worker, const std::string& level, bool json);

// Any thread. Line breaks in `text` become " | ".
void debug(std::string_view text);
void info(std::string_view text);
void warning(std::string_view text);
void error(std::string_view text);

}  // namespace samovar::worker::log
