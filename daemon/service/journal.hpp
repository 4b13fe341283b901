#pragma once
#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samovar::daemon {

using JournalFields = std::vector<std::pair<std::string, std::string>>;

// What a line of the log says of its subject, which stands before the first ": ":
//   model NAME ...                 SAMOVAR_MODEL
//   worker NAME pid PID            SAMOVAR_WORKER, SAMOVAR_WORKER_PID
//   session N uid=U pid=P CLIENT   SAMOVAR_SESSION, SAMOVAR_UID, SAMOVAR_PID, SAMOVAR_CLIENT
//   job N uid=U model=NAME         SAMOVAR_JOB, SAMOVAR_UID, SAMOVAR_MODEL
// Nothing for other lines.
JournalFields journal_fields(std::string_view line);

// An entry in the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a field that
// holds line breaks brings its length.
std::string journal_entry(const JournalFields& fields);

// Sends each line to the journal's socket with its level and fields. A line that the journal does
// not take (its queue is full, it is being restarted) is written to standard error instead, so that
// nothing waits and little is lost. Any thread.
std::shared_ptr<spdlog::sinks::sink> journal_sink(const std::string& socket);

}  // namespace samovar::daemon
