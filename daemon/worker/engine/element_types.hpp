#pragma once
#include <c10/core/ScalarType.h>

#include <optional>

#include <samovar/tensor.hpp>

namespace samovar::worker {

// Nothing for an encoded image or a number outside the enum.
std::optional<c10::ScalarType> to_scalar_type(DType dtype) noexcept;
// Nothing for a type that is not carried: complex, quantised, 8-bit floats.
std::optional<DType> to_dtype(c10::ScalarType type) noexcept;

}  // namespace samovar::worker
