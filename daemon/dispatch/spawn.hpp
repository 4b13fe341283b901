#pragma once
#include <sys/types.h>

#include "daemon/dispatch/worker_process.hpp"

namespace samovar::daemon {

// A started process and this side's ends of it.
struct Spawned {
    pid_t pid = -1;
    ipc::UniqueFd pidfd, control, jobs;
};

// Starts the worker program with its control socket as descriptor 3 and its jobs socket as 4, no
// other descriptor but 0 to 2, and an environment in which OpenMP sleeps while it waits and CUDA
// counts by the PCI bus, unless this process's says otherwise. The worker is killed when the
// calling thread ends, from before its program begins. Errors: `io`.
Result<Spawned> spawn_worker(const WorkerProgram& program);

// Kills a child of which nothing is needed any more, and reaps it.
void end_worker(pid_t pid);

}  // namespace samovar::daemon
