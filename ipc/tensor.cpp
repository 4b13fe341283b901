#include <samovar/tensor.hpp>

#include <array>
#include <limits>
#include <utility>

namespace samovar {
namespace {

struct Row {
    DType dtype;
    std::string_view name;
    std::size_t size;
};
constexpr std::array kTable{
    Row{DType::float32, "float32", 4},
    Row{DType::float64, "float64", 8},
    Row{DType::float16, "float16", 2},
    Row{DType::bfloat16, "bfloat16", 2},
    Row{DType::int8, "int8", 1},
    Row{DType::uint8, "uint8", 1},
    Row{DType::int16, "int16", 2},
    Row{DType::int32, "int32", 4},
    Row{DType::int64, "int64", 8},
    Row{DType::boolean, "bool", 1},
    Row{DType::encoded_image, "encoded_image", 1},
};

}  // namespace

std::string_view to_string(DType dtype) noexcept {
    for (const Row& row : kTable)
        if (row.dtype == dtype) return row.name;
    return "unknown";
}

std::optional<DType> parse_dtype(std::string_view word) noexcept {
    for (const Row& row : kTable)
        if (row.name == word) return row.dtype;
    return std::nullopt;
}

std::size_t element_size(DType dtype) noexcept {
    for (const Row& row : kTable)
        if (row.dtype == dtype) return row.size;
    return 0;
}

std::optional<std::uint64_t> tensor_bytes(DType dtype,
                                          std::span<const std::uint64_t> shape) noexcept {
    std::uint64_t bytes = element_size(dtype);
    if (bytes == 0) return std::nullopt;
    bool empty = false;
    for (const std::uint64_t size : shape) {
        if (size == 0)
            empty = true;
        else if (__builtin_mul_overflow(bytes, size, &bytes))
            return std::nullopt;
    }
    if (bytes > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    return empty ? 0 : bytes;
}

std::string to_string(std::span<const std::uint64_t> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

}  // namespace samovar
