#pragma once
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Nothing for what is to stay as it is.
std::optional<c10::ScalarType> scalar_type_of(ipc::Precision precision) noexcept;

// Which floating-point types weights have.
class FloatingTypes {
  public:
    void add(c10::ScalarType type, std::uint64_t bytes) {
        if (c10::isFloatingType(type)) bytes_[type] += bytes;
    }
    // That of most bytes: "float32"; "none" where nothing is floating-point.
    std::string_view most() const noexcept;

  private:
    std::map<c10::ScalarType, std::uint64_t> bytes_;
};

}  // namespace samovar::worker
