// samovar-worker: the program without CUDA.

#include "daemon/worker/engine/device.hpp"

namespace samovar::worker {

Result<std::unique_ptr<Device>> make_cuda_device(int index) {
    return Error{Errc::no_device,
                 "cuda:" + std::to_string(index) + " was asked of a worker that has no CUDA",
                 "samovar-worker-cuda is the one for GPUs", 0, 0};
}

std::vector<std::string> cuda_device_names() {
    return {};
}

}  // namespace samovar::worker
