#pragma once
#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// XXH3-128 over the model, types, shapes and bytes of all inputs, and the parameters, each with its
// length before it. Throws JobError where an input does not lie where it says.
ipc::Digest job_digest(const ipc::RunJob& job, Slots& slots);

}  // namespace samovar::worker
