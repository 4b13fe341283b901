#pragma once
// NumPy's .npy files, as far as Samovar's tensors go: little-endian, C order, plain numbers.
// Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1.0 to 3.0.
// Pure functions.

#include <cstddef>
#include <span>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/tensor.hpp>

namespace samovar::cli {

struct Npy {
    DType dtype{};
    Shape shape;
    std::span<const std::byte> elements;  // inside the file
};

// Whether a file begins like a .npy.
bool is_npy(std::span<const std::byte> file) noexcept;

// Errors: `bad_input` for what is no .npy, is cut off or has bytes behind its elements, is
// big-endian or in Fortran order, or holds an element type that Samovar does not carry.
Result<Npy> parse_npy(std::span<const std::byte> file);

// A file of version 1.0. bfloat16, which NumPy does not have, becomes float32, which holds every
// value of it. `elements` has the bytes that dtype and shape make.
std::vector<std::byte> make_npy(DType dtype, const Shape& shape,
                                std::span<const std::byte> elements);

}  // namespace samovar::cli
