#pragma once
#include "ipc/wire/residency_messages.hpp"
#include "scheduler/residency/warmth.hpp"

namespace samovar::daemon {

ipc::Warmth to_wire(const scheduler::Warmth& warmth, scheduler::Time now);

}  // namespace samovar::daemon
