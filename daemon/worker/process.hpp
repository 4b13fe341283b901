#pragma once
#include <string>
#include <string_view>

#include <samovar/error.hpp>

namespace samovar::worker {

// Makes this process one that dies with samovard (SIGKILL, whatever it is at), that no terminal's
// Ctrl-C ends (samovard decides), whose sockets no child inherits, and that the process list names.
// Call first in main(), on the main thread.
void settle_process(const std::string& name);

// From then on freed memory stays with this process until release_freed_memory(), so that a job
// finds the pages of the one before. Call before there is a second thread.
void keep_freed_memory();
void release_freed_memory();

// Whether descriptors 3 and 4 are stream sockets; makes them blocking. Errors: `io`.
Result<void> take_sockets();

// For the calling thread: behind every other at the processor, so that a load does not slow jobs.
void lower_priority();

// The file that a library of this process was loaded from; empty where there is none of this name.
std::string place_of_library(std::string_view name);

}  // namespace samovar::worker
