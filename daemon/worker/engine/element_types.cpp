#include "daemon/worker/engine/element_types.hpp"

#include <array>
#include <utility>

namespace samovar::worker {
namespace {

constexpr std::array<std::pair<DType, c10::ScalarType>, 10> kTypes{{
    {DType::float32, c10::ScalarType::Float},
    {DType::float64, c10::ScalarType::Double},
    {DType::float16, c10::ScalarType::Half},
    {DType::bfloat16, c10::ScalarType::BFloat16},
    {DType::int8, c10::ScalarType::Char},
    {DType::uint8, c10::ScalarType::Byte},
    {DType::int16, c10::ScalarType::Short},
    {DType::int32, c10::ScalarType::Int},
    {DType::int64, c10::ScalarType::Long},
    {DType::boolean, c10::ScalarType::Bool},
}};

}  // namespace

std::optional<c10::ScalarType> to_scalar_type(DType dtype) noexcept {
    for (const auto& [ours, theirs] : kTypes)
        if (ours == dtype) return theirs;
    return std::nullopt;
}

std::optional<DType> to_dtype(c10::ScalarType type) noexcept {
    for (const auto& [ours, theirs] : kTypes)
        if (theirs == type) return ours;
    return std::nullopt;
}

}  // namespace samovar::worker
