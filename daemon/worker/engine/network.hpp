#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "daemon/worker/engine/load_steps.hpp"
#include "ipc/wire/model_messages.hpp"

namespace samovar::worker {

// A loaded network. One thread at a time; throws what LibTorch throws, and JobError.
class Network {
  public:
    virtual ~Network() = default;
    // Tensors on the network's device; the results may alias them or the weights.
    virtual std::vector<at::Tensor> forward(std::vector<at::Tensor> inputs) = 0;
    virtual std::uint64_t weight_bytes() const = 0;
    // Whether the weights are the store's file itself, in memory that processes share.
    virtual bool weights_are_mapped() const { return false; }
    // How it is held, as it is in force.
    virtual std::vector<ipc::LoadFact> facts() const { return {}; }
    // How many runs with one shape it takes until nothing is left to compile.
    virtual int runs_to_optimise() const { return 1; }
    // Of weights that are mapped: holds them in memory, so that no inference waits for the disk.
    // May take as long as the load itself, and a forward() may run beside it.
    virtual void keep_in_memory() noexcept {}

    // Whether park() gives anything back.
    virtual bool can_park() const { return false; }
    // Takes the weights off the device, and keeps them in this machine's memory, where wake() finds
    // them without a disk. In between forward() must not be called. Where park() throws the network
    // is as it was; where wake() throws it is lost.
    virtual void park() {}
    virtual void wake(LoadSteps&) {}
};

}  // namespace samovar::worker
