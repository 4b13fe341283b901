#pragma once
#include <cstdint>
#include <utility>

#include "daemon/policy/policy_file.hpp"

namespace samovar::daemon {

// The policy that holds now; a reload replaces it. Loop thread only.
class PolicyInForce {
  public:
    explicit PolicyInForce(PolicyFile file) : file_(std::move(file)) {}

    const PolicyFile& file() const { return file_; }
    // Another one after each replace(), and never 0.
    std::uint64_t version() const { return version_; }
    void replace(PolicyFile file) {
        file_ = std::move(file);
        ++version_;
    }

  private:
    PolicyFile file_;
    std::uint64_t version_ = 1;
};

}  // namespace samovar::daemon
