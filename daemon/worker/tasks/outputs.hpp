#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "daemon/worker/tasks/slots.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

// One copy of a tensor of any layout, from any device, to host memory in C order. From a GPU it is
// done when the stream is; `memory` has the size of the tensor.
void copy_out(const at::Tensor& tensor, std::span<std::byte> memory);

// Where the results of one job go: the client's slots, or the answer.
class Outputs {
  public:
    // Checks the places against their channels, so that a wrong one costs no inference. Throws
    // JobError (`invalid_argument` for more places than `count`, and what Slots::at throws).
    Outputs(const std::vector<ipc::OutputPlace>& places, std::size_t count, Slots& slots);

    // The host memory that output `position` is to be written to, in C order; adds it to the
    // answer. `position` is called once each, in order. Throws JobError (`output_too_small`).
    std::span<std::byte> open(std::size_t position, const std::string& name, DType dtype,
                              const Shape& shape);
    std::vector<ipc::OutputTensor> take() { return std::move(answer_); }

  private:
    struct Place {
        ipc::OutputPlace wanted;
        std::span<std::byte> slot;  // empty: in the answer
    };
    std::uint64_t answer_limit_;
    std::vector<Place> places_;
    std::vector<ipc::OutputTensor> answer_;
};

}  // namespace samovar::worker
