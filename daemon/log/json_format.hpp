#pragma once
#include <spdlog/formatter.h>

#include <memory>

namespace samovar::daemon {

// A line of the log as a line of JSON: "time" (UTC), "level", "program", what the line is about
// ("model", "worker", "session", "uid", "job" and others; see journal_fields) and "message".
std::unique_ptr<spdlog::formatter> json_format();

}  // namespace samovar::daemon
