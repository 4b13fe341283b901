#pragma once
#include <string>

#include <samovar/error.hpp>

#include "ipc/wire/model_messages.hpp"

namespace samovar::worker {

struct SandboxPlan {
    std::string room;  // the one folder of the daemon's that may be read
    bool cuda = false;
    bool required = false;  // in full, or not at all
};

struct Sandbox {
    ipc::Confinement is = ipc::Confinement::none;
    std::string words;  // of both halves: which there is, or why there is none
};

// Takes from this process what a model's code has no use for; see docs/sandbox.md. Call before the
// first thread is started and before anything of a model is read. What the kernel does not have is
// left out, unless it is required. Errors: `io`.
Result<Sandbox> enter_sandbox(const SandboxPlan& plan);

}  // namespace samovar::worker
