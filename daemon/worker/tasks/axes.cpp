#include "daemon/worker/tasks/axes.hpp"

namespace samovar::worker {

std::optional<std::string> bind_shape(const std::vector<ipc::Axis>& declared, const Shape& shape,
                                      NamedSizes& sizes) {
    if (declared.size() != shape.size())
        return "it has " + std::to_string(shape.size()) + " sizes where there must be " +
               std::to_string(declared.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const ipc::Axis& axis = declared[i];
        const std::string size = "size " + std::to_string(i) + " is " + std::to_string(shape[i]);
        if (axis.name.empty()) {
            if (shape[i] != axis.min) return size + " where it must be " + std::to_string(axis.min);
            continue;
        }
        if (shape[i] < axis.min || shape[i] > axis.max)
            return size + " where '" + axis.name + "' is from " + std::to_string(axis.min) +
                   " to " + std::to_string(axis.max);
        const auto [known, fresh] = sizes.emplace(axis.name, shape[i]);
        if (!fresh && known->second != shape[i])
            return size + " where '" + axis.name + "' is " + std::to_string(known->second) +
                   " elsewhere";
    }
    return std::nullopt;
}

std::string in_words(const ipc::TensorSpec& spec) {
    std::string words = std::string(to_string(spec.dtype)) + " [";
    for (std::size_t i = 0; i < spec.shape.size(); ++i) {
        const ipc::Axis& axis = spec.shape[i];
        words += (i > 0 ? ", " : "") + (axis.name.empty() ? std::to_string(axis.min) : axis.name);
    }
    return words + "]";
}

std::string in_words(DType dtype, const Shape& shape) {
    return std::string(to_string(dtype)) + " " + to_string(shape);
}

}  // namespace samovar::worker
