#include "daemon/worker/tasks/digest.hpp"

#include <span>

#include "daemon/worker/cache/content_hash.hpp"
#include "daemon/worker/tasks/inputs.hpp"

namespace samovar::worker {

ipc::Digest job_digest(const ipc::RunJob& job, Slots& slots) {
    ContentHash hash;
    hash.add(job.model);
    hash.add(job.inputs.size());
    for (std::size_t i = 0; i < job.inputs.size(); ++i) {
        const ipc::InputTensor& input = job.inputs[i];
        hash.add(static_cast<std::uint64_t>(input.dtype));
        hash.add(std::as_bytes(std::span(input.shape)));
        hash.add(input_bytes(input, input_title(input.name, i), slots));
    }
    for (const ipc::Param& param : job.params) {
        hash.add(std::as_bytes(std::span(param.key)));
        hash.add(std::as_bytes(std::span(param.value)));
    }
    return hash.digest();
}

}  // namespace samovar::worker
