#pragma once
// The jobs of a bench: ready to be sent, and used again when they have come back.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <samovar/client.hpp>

#include "client/cli/bench/payload.hpp"
#include "client/cli/run/outputs.hpp"

namespace samovar::cli {

// A job that waits to be sent, its payload written, or one that is on its way.
struct Prepared {
    std::size_t payload = 0;
    JobSpec spec;
};

class Workload {
  public:
    // The client outlives it. `request`: model, parameters, priority, deadline.
    Workload(Client& client, const RunRequest& request, const ModelInfo& model,
             std::vector<Payload> payloads);

    // Runs a job of each payload, however long the model takes to load, and learns how much room
    // the outputs need. Their timings. Errors: those of Client::run().
    Result<std::vector<Timings>> try_out(std::chrono::milliseconds timeout,
                                         const std::function<void(const Progress&)>& on_progress);
    // Bytes of slots that one job holds; after try_out().
    std::uint64_t slot_bytes() const;

    // A job to send now: one that came back, or a new one. The payloads take turns. Errors: those
    // of Client::take().
    Result<Prepared> take();
    // Of one that is done.
    void give_back(std::size_t payload, JobResult&& result);
    // Of one that was not sent, or was refused.
    void give_back(Prepared&& prepared);
    // Jobs that can be sent without asking for memory.
    std::size_t ready() const noexcept { return ready_.size(); }

  private:
    Result<Timings> try_one(std::size_t payload, std::chrono::milliseconds timeout,
                            const std::function<void(const Progress&)>& on_progress);
    JobSpec empty_spec() const;
    Result<Prepared> make(std::size_t payload);

    Client& client_;
    const RunRequest& request_;
    std::vector<Payload> payloads_;
    std::vector<Room> rooms_;
    std::deque<Prepared> ready_;
    std::size_t made_ = 0;
};

}  // namespace samovar::cli
