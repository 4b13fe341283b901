#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// XXH3-128. Finds what is equal, and proves nothing: whoever knows two inputs of one digest can
// make them meet, so what it finds is compared.
class ContentHash {
  public:
    ContentHash() : state_(XXH3_createState()) {
        if (state_ == nullptr || XXH3_128bits_reset(state_.get()) == XXH_ERROR)
            throw std::bad_alloc();
    }
    void add(std::uint64_t number) { XXH3_128bits_update(state_.get(), &number, sizeof number); }
    // With their number before them.
    void add(std::span<const std::byte> bytes) {
        add(bytes.size());
        add_part(bytes);
    }
    void add_part(std::span<const std::byte> bytes) {
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

}  // namespace samovar::worker
