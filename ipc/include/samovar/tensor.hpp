#pragma once
// What a tensor is on the wire and in a slot: an element type and a shape, elements in C order.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/export.hpp>

namespace samovar {

// The numbers are part of the wire protocol and never change.
enum class DType : std::uint8_t {
    float32 = 1,
    float64 = 2,
    float16 = 3,
    bfloat16 = 4,
    int8 = 5,
    uint8 = 6,
    int16 = 7,
    int32 = 8,
    int64 = 9,
    boolean = 10,
    // The bytes of a JPEG or PNG file, shape [bytes]; for tasks that decode in the worker.
    encoded_image = 32,
};

using Shape = std::vector<std::uint64_t>;

// "float32", "bool", ...; "unknown" for a number outside the enum.
SAMOVAR_EXPORT std::string_view to_string(DType dtype) noexcept;
// The reverse; nothing for a word that names no element type.
SAMOVAR_EXPORT std::optional<DType> parse_dtype(std::string_view word) noexcept;
// Bytes of one element; 0 for a number outside the enum.
SAMOVAR_EXPORT std::size_t element_size(DType dtype) noexcept;
// Elements times their size. A scalar (rank 0) has 1 element, a size of 0 makes 0 bytes. Nothing
// for a number outside the enum, and where the sizes, those of 0 left aside, make more than 63
// bits: so each size fits the signed 64 bits that LibTorch counts in.
SAMOVAR_EXPORT std::optional<std::uint64_t> tensor_bytes(
    DType dtype, std::span<const std::uint64_t> shape) noexcept;
// "[1080, 1920, 3]".
SAMOVAR_EXPORT std::string to_string(std::span<const std::uint64_t> shape);

}  // namespace samovar
