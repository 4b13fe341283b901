#include "daemon/worker/engine/precision.hpp"

#include <algorithm>

#include "daemon/worker/engine/element_types.hpp"

namespace samovar::worker {

std::optional<c10::ScalarType> scalar_type_of(ipc::Precision precision) noexcept {
    switch (precision) {
        case ipc::Precision::fp32: return c10::ScalarType::Float;
        case ipc::Precision::fp16: return c10::ScalarType::Half;
        case ipc::Precision::bf16: return c10::ScalarType::BFloat16;
        case ipc::Precision::as_it_is: break;
    }
    return std::nullopt;
}

std::string_view FloatingTypes::most() const noexcept {
    const auto most =
        std::max_element(bytes_.begin(), bytes_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == bytes_.end()) return "none";
    const std::optional<DType> dtype = to_dtype(most->first);
    return dtype ? to_string(*dtype) : std::string_view(c10::toString(most->first));
}

}  // namespace samovar::worker
