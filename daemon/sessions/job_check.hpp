#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "daemon/models/registry.hpp"
#include "daemon/sessions/channels.hpp"
#include "ipc/wire/worker_messages.hpp"
#include "scheduler/queue/fair_queue.hpp"
#include "scheduler/residency/rules.hpp"

namespace samovar::daemon {

// A Submit that was found sound: what the worker gets, and the channels that it keeps alive.
struct CheckedJob {
    ipc::RunJob run;
    std::vector<ChannelPtr> channels;  // each once
    std::size_t inline_bytes = 0;
    std::optional<scheduler::KeepAlive> keep_alive;  // the caller's own
    scheduler::Priority priority = scheduler::Priority::normal;
    std::optional<std::chrono::microseconds> deadline;  // from its arrival on
    // Jobs of one form differ in nothing but their rows, and can share an inference.
    std::uint64_t form = 0;
    scheduler::BatchSize size{};
};

// Finds a channel of the submitter by its id; null for anybody else's.
using FindChannel = std::function<ChannelPtr(std::uint32_t)>;

// Checks a job from its message alone; nothing in shared memory is looked at. Inputs are put into
// the model's order. Errors: `bad_input`, `bad_output`, `unknown_channel`, `out_of_bounds`,
// `invalid_argument`; each names the tensor, the limit and the way out.
Result<CheckedJob> check_job(ipc::Submit submit, const ModelFile& model, const FindChannel& find);

}  // namespace samovar::daemon
