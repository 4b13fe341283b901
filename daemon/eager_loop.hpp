#pragma once
#include <functional>

#include "daemon/asio.hpp"
#include "scheduler/types.hpp"

namespace samovar::daemon {

// Runs the loop until it is stopped or has nothing more to wait for. Until the time that `eager`
// gives it asks for events over and over, and lets others have the processor in between: to be
// woken takes longer than a short job does. After that it waits for them, at no cost.
void run_eagerly(asio::io_context& loop, const std::function<scheduler::Time()>& eager);

}  // namespace samovar::daemon
