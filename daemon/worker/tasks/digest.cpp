#include "daemon/worker/tasks/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <memory>
#include <new>
#include <span>

#include "daemon/worker/tasks/inputs.hpp"

namespace samovar::worker {
namespace {

class Hash {
  public:
    Hash() : state_(XXH3_createState()) {
        if (state_ == nullptr || XXH3_128bits_reset(state_.get()) == XXH_ERROR)
            throw std::bad_alloc();
    }
    void add(std::uint64_t number) { XXH3_128bits_update(state_.get(), &number, sizeof number); }
    void add(std::span<const std::byte> bytes) {
        add(bytes.size());
        XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
    }
    ipc::Digest digest() const {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        return {hash.low64, hash.high64};
    }

  private:
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> state_;
};

}  // namespace

ipc::Digest job_digest(const ipc::RunJob& job, Slots& slots) {
    Hash hash;
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
