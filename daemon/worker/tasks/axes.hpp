#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <samovar/tensor.hpp>

#include "ipc/wire/model_messages.hpp"

namespace samovar::worker {

// The sizes that names of [[input]] and [[output]] stand for in one job.
using NamedSizes = std::map<std::string, std::uint64_t>;

// Compares a shape with its declaration and learns the names it meets first. What does not fit, in
// words ("size 1 is 9 where it must be 8"), or nothing.
std::optional<std::string> bind_shape(const std::vector<ipc::Axis>& declared, const Shape& shape,
                                      NamedSizes& sizes);

// "float32 [batch, 16]".
std::string in_words(const ipc::TensorSpec& spec);
std::string in_words(DType dtype, const Shape& shape);

}  // namespace samovar::worker
