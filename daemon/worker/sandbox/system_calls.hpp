#pragma once
#include <sys/types.h>

#include <samovar/error.hpp>

namespace samovar::worker {

// What a model's code has no use for is refused by the kernel from then on, with EPERM, so that a
// library that tries it and can do without goes on: other processes, new processes, sockets, what
// changes files by their names, and the administration of the machine. Calls that are newer than
// the list are unknown (ENOSYS). Of all threads; there is no way back. The process gains no rights
// from programs any more (PR_SET_NO_NEW_PRIVS) before.
//
// `self`: this process. `cuda`: Unix sockets may be made, as CUDA does, but not connected.
// Errors: `io`, also on a kind of machine whose calls are not listed.
Result<void> refuse_system_calls(pid_t self, bool cuda);

}  // namespace samovar::worker
