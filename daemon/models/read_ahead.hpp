#pragma once
#include <string>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// The files that hold most of what a load of this code reads.
std::vector<std::string> files_to_read(const ipc::CodeSpec& code);

// Asks the kernel to read files into the page cache. It may wait for the disk to take the orders,
// so it is for a helper thread; that a file cannot be opened is for the load to tell.
void read_ahead(const std::vector<std::string>& files) noexcept;

}  // namespace samovar::daemon
