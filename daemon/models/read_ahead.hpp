#pragma once
#include <stop_token>
#include <string>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// The files that hold most of what a load of this code reads.
std::vector<std::string> files_to_read(const ipc::CodeSpec& code);

// Reads files into the page cache, and returns when they are there or `stop` is asked for: as long
// as the disk takes, so it is for a thread of its own. What cannot be read is for the load to tell.
void read_ahead(const std::vector<std::string>& files, const std::stop_token& stop) noexcept;

}  // namespace samovar::daemon
