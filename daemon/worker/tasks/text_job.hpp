#pragma once
// A job of texts between its halves: its tokens are made, and its answer has a place.

#include <chrono>
#include <cstdint>
#include <span>

#include "daemon/worker/engine/load.hpp"
#include "daemon/worker/tasks/outputs.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "daemon/worker/text/text_model.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

class TextJob {
  public:
    // Copies the texts, so that what is wrong with them costs no inference. The job's slots outlive
    // it.
    // Throws JobError.
    TextJob(const LoadedModel& model, const BatchJob& job);

    const text::EncodedTexts& texts() const { return encoded_; }
    std::size_t rows() const { return encoded_.lengths.size(); }
    bool is_wanted() const { return !wanted_ || wanted_(); }
    // Where its answer goes: float32 [rows, columns].
    std::span<std::byte> memory() const { return memory_; }
    // What it is told, but for the times. `batches`: in how many its rows were. Once.
    ipc::JobDone finish(std::size_t batches);

  private:
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    const LoadedModel& model_;
    const StillWanted wanted_;
    Outputs outputs_;
    text::EncodedTexts encoded_;
    std::span<std::byte> memory_;
};

}  // namespace samovar::worker
