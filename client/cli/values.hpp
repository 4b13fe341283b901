#pragma once
// Tensors as people type and read them: [[1, 2], [3, 4]]. Pure functions.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/tensor.hpp>

#include "client/cli/json.hpp"

namespace samovar::cli {

// A tensor in memory of one's own.
struct Tensor {
    DType dtype{};
    Shape shape;
    std::vector<std::byte> bytes;
};

// Whether a word is meant as numbers and not as a file's name: "[1, 2]", "3.5", "true".
bool is_literal(std::string_view word);

// JSON: a number or true or false, or nested lists of them, equally long at each depth. "NaN",
// "Infinity" and "-Infinity" in quotes are numbers, too. Errors: `invalid_argument` for anything
// else, and for a number that `dtype` cannot hold: too large, or with a fraction for an integer
// type. Rounding to a floating-point type is no error.
Result<Tensor> parse_literal(std::string_view text, DType dtype);

// The elements in nested lists; a scalar is a number. Shortest decimals that give the same value
// back; what is no number is "NaN", "Infinity", "-Infinity". `elements` has the bytes that dtype
// and shape make.
Json values_of(DType dtype, const Shape& shape, std::span<const std::byte> elements);

}  // namespace samovar::cli
