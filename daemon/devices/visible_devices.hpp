#pragma once
// Which of the machine's GPUs the workers' CUDA calls cuda:0, cuda:1, ...

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::daemon {

// What the environment tells CUDA, here and in the workers.
struct CudaEnvironment {
    std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES
    std::optional<std::string> device_order;     // CUDA_DEVICE_ORDER
};
CudaEnvironment read_cuda_environment();

struct VisibleDevice {
    std::size_t index = 0;  // of the GPU, in the order of the PCI bus
    std::string mig;        // the UUID of a part of a GPU: then the index does not count

    bool operator==(const VisibleDevice&) const = default;
};

// What cuda:`number` is, by the rules of the CUDA programming guide ("CUDA environment variables"):
// a list of indices, of UUIDs (or what they begin with) and of MIG's UUIDs; what comes behind an
// entry that names nothing is not visible. `uuids`: of all GPUs, in the order of the PCI bus, which
// is that of CUDA for the workers of this daemon (spawn.cpp) unless CUDA_DEVICE_ORDER says
// otherwise. Errors: `no_device` (not visible; or another order, which only CUDA knows).
Result<VisibleDevice> find_visible(const CudaEnvironment& environment,
                                   const std::vector<std::string>& uuids, std::size_t number);

}  // namespace samovar::daemon
