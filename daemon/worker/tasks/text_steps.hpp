#pragma once
// The steps of the tasks of texts around the network.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "daemon/worker/text/text_model.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// The ids of some texts as the network takes them, on `device`: int64 [rows, length] each, in the
// order of its forward. Rows are padded at their end; the mask is 1 where a token is.
struct TextTensors {
    std::vector<at::Tensor> inputs;
    at::Tensor mask;
};
TextTensors make_text_tensors(const text::TextModel& model,
                              std::span<const std::vector<std::int32_t>* const> rows,
                              std::uint32_t length, c10::Device device);

// What the network answered for a batch as float32 [rows, columns]: probabilities of logits
// [rows, labels]; or embeddings of token states [rows, length, dims] (or of [rows, dims], where the
// network has pooled them). Throws JobError (`bad_output`) for anything but one such tensor.
at::Tensor finish_texts(const std::vector<at::Tensor>& results, ipc::Task task,
                        const ipc::TextSpec& spec, const at::Tensor& mask);

}  // namespace samovar::worker
