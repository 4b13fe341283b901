#pragma once
// The header of a safetensors file: u64 length, that many bytes of JSON, then the tensors' data.
// Knows nothing of LibTorch and never reads the data, so that a fuzzer can have it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/tensor.hpp>

namespace samovar::worker {

// A header is about 100 bytes a tensor: room for 80 000 of them, and a bound for the parser.
inline constexpr std::uint64_t kMaxSafetensorsHeaderBytes = 8u << 20;

struct StoredTensor {
    std::string name;
    DType dtype{};
    Shape shape;
    std::uint64_t offset = 0;  // bytes from the file's start, a multiple of the element's size
    std::uint64_t bytes = 0;
};

// The tensors by offset. `file` is the whole file; only its header is read. Checked are: lengths,
// JSON without duplicate names, known element types, bytes = shape x element, every tensor inside
// the file, aligned to its element, and none overlapping another. Errors: `bad_model`.
Result<std::vector<StoredTensor>> parse_safetensors_header(std::span<const std::byte> file);

}  // namespace samovar::worker
