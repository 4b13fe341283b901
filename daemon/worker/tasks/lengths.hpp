#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "daemon/worker/engine/load.hpp"

namespace samovar::worker {

// How long the rows of a job are: the size that `length` of [batch] names; 0: the model has none.
// `inputs` are the network's.
std::int64_t length_of(const LoadedModel& model, const std::vector<at::Tensor>& inputs);

// What inputs must have in common to be joined: their sizes but for the rows, lengths of one bucket
// counting as equal. `tensor`: the input of that position.
std::vector<std::int64_t> row_form(const LoadedModel& model, std::size_t position,
                                   const at::Tensor& tensor);

// To which length rows of this one are padded, where the model says so; else itself.
std::int64_t padded_length(const LoadedModel& model, std::int64_t length);

// Adds zeros at the ends of the rows: what the network is to leave aside, its mask among the inputs
// must say, which is 0 there.
void pad_rows(const LoadedModel& model, std::vector<at::Tensor>& inputs, std::int64_t length);

// Takes off the results what pad_rows() made of it.
void cut_rows(const LoadedModel& model, std::vector<at::Tensor>& results, std::int64_t length);

}  // namespace samovar::worker
