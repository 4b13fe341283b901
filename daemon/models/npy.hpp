#pragma once
#include <filesystem>

#include <samovar/error.hpp>
#include <samovar/tensor.hpp>

namespace samovar::daemon {

// Where the elements of a .npy file lie, and what they are. The format: numpy.lib.format, versions
// 1 to 3; little-endian, in C order.
struct NpyHeader {
    DType dtype{};
    Shape shape;
    std::uint64_t data = 0;  // offset of the first element
};

// Checks that the file is as long as its header says. Blocks. Errors: `bad_model`, `io`.
Result<NpyHeader> read_npy_header(const std::filesystem::path& file);
// `text`: the file's beginning; `file_bytes`: its length. Errors: `bad_model`.
Result<NpyHeader> parse_npy_header(std::string_view text, std::uint64_t file_bytes);

}  // namespace samovar::daemon
