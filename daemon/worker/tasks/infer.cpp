#include "daemon/worker/tasks/infer.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <utility>

#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/tasks/lengths.hpp"

namespace samovar::worker {
namespace {

using Tensors = std::vector<at::Tensor>;

// The least of the sizes that the network takes which has room for so many rows.
std::int64_t padded_size(const ipc::BatchSpec& batch, std::int64_t rows) {
    for (const std::uint32_t size : batch.sizes)
        if (size >= rows) return size;
    return rows;
}

// That one inference takes, of this length.
std::int64_t rows_at_a_time(const ipc::BatchSpec& batch, std::int64_t length) {
    if (batch.max_tokens == 0 || length == 0) return batch.rows;
    return std::clamp<std::int64_t>(batch.max_tokens / length, 1, batch.rows);
}

Tensors rows_of(const Tensors& tensors, std::int64_t begin, std::int64_t rows) {
    Tensors part;
    part.reserve(tensors.size());
    for (const at::Tensor& tensor : tensors)
        part.push_back(tensor.narrow(0, begin, rows));
    return part;
}

// What pads is a row of the job's own: whatever the network does with it, it can do.
Tensors pad(Tensors inputs, std::int64_t rows, std::int64_t size) {
    if (rows == size || rows == 0) return inputs;
    for (at::Tensor& input : inputs) {
        std::vector<std::int64_t> sizes = input.sizes().vec();
        sizes[0] = size - rows;
        input = at::cat({input, input.narrow(0, 0, 1).expand(sizes)});
    }
    return inputs;
}

Tensors forward_rows(const LoadedModel& model, Tensors inputs, std::int64_t rows) {
    const std::int64_t size = padded_size(model.batch, rows);
    Tensors results = model.network->forward(pad(std::move(inputs), rows, size));
    check_rows(model, results, size);
    return size == rows ? results : rows_of(results, 0, rows);
}

// As the answer of one forward, where memory lasts; nothing where it ran out for several rows.
bool try_rows(const LoadedModel& model, const Tensors& inputs, std::int64_t rows, Device& device,
              Tensors& results) {
    try {
        results = forward_rows(model, inputs, rows);
        return true;
    } catch (...) {
        Error error = caught_error(Errc::inference_failed, model.name, "");
        if (error.code != Errc::out_of_memory || rows < 2 || !device.usable())
            throw JobError(std::move(error));
    }
    log::warning(model.name + ": memory ran out for " + std::to_string(rows) + " rows; now " +
                 std::to_string(rows / 2) + " at a time");
    device.release_memory();
    return false;
}

Tensors join(std::vector<Tensors>& parts) {
    if (parts.size() == 1) return std::move(parts.front());
    Tensors joined;
    for (std::size_t i = 0; i < parts.front().size(); ++i) {
        Tensors pieces;
        for (Tensors& part : parts)
            pieces.push_back(std::move(part[i]));
        joined.push_back(at::cat(pieces));
    }
    return joined;
}

}  // namespace

void check_rows(const LoadedModel& model, const std::vector<at::Tensor>& results,
                std::int64_t rows) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        const at::Tensor& result = results[i];
        if (result.defined() && result.dim() > 0 && result.size(0) == rows) continue;
        throw JobError(
            Errc::bad_output,
            "output " + std::to_string(i) + " of " + model.name + " has " +
                (result.defined() && result.dim() > 0 ? std::to_string(result.size(0)) : "no") +
                " rows for a batch of " + std::to_string(rows),
            "its network must answer row by row; else remove [batch] from its model.toml");
    }
}

std::vector<at::Tensor> infer(const LoadedModel& model, std::vector<at::Tensor> inputs,
                              Device& device, const StillWanted& wanted) {
    check_wanted(wanted);
    if (model.batch.rows == 0) return model.network->forward(std::move(inputs));
    const std::int64_t rows = inputs.front().size(0), own = length_of(model, inputs);
    const std::int64_t length = padded_length(model, own);
    if (length > own) pad_rows(model, inputs, length);
    const std::int64_t allowed = rows_at_a_time(model.batch, length);
    std::vector<Tensors> parts;
    std::int64_t done = 0;
    do {
        const auto now = WorkingRows::Clock::now();
        const std::int64_t most = model.working_rows->most(allowed, now);
        const std::int64_t next = std::min(most, rows - done);
        Tensors results;
        const bool all = next == rows;
        if (!try_rows(model, all ? inputs : rows_of(inputs, done, next), next, device, results)) {
            model.working_rows->ran_out(next, now);
            continue;
        }
        done += next;
        parts.push_back(std::move(results));
        if (done < rows) check_wanted(wanted);
    } while (done < rows);
    Tensors results = join(parts);
    if (length > own) cut_rows(model, results, own);
    return results;
}

}  // namespace samovar::worker
