#include "client/cli/bench/workload.hpp"

#include <algorithm>
#include <cstring>

#include <samovar/limits.hpp>

#include "client/cli/run/inputs.hpp"

namespace samovar::cli {
namespace {

bool in_message(std::uint64_t bytes) {
    return bytes <= kMaxInlineBytes;
}

// Without elements.
Input as_input(const NamedTensor& named) {
    return {named.name, named.tensor.dtype, named.tensor.shape, Slot(), {}};
}

}  // namespace

Workload::Workload(Client& client, const RunRequest& request, const ModelInfo& model,
                   std::vector<Payload> payloads)
    : client_(client), request_(request), payloads_(std::move(payloads)) {
    rooms_.resize(model.outputs.size());
    for (const Payload& payload : payloads_) {
        std::vector<Input> inputs;
        for (const NamedTensor& named : payload)
            inputs.push_back(as_input(named));
        const auto sizes = sizes_of(inputs, model.inputs);
        for (std::size_t i = 0; i < rooms_.size(); ++i) {
            const auto bytes = expected_bytes(model.outputs[i], sizes);
            rooms_[i].known = bytes.has_value();
            rooms_[i].bytes = std::max(rooms_[i].bytes, bytes.value_or(0));
        }
    }
}

Result<std::vector<Timings>> Workload::try_out(
    std::chrono::milliseconds timeout, const std::function<void(const Progress&)>& on_progress) {
    std::vector<Timings> all;
    for (std::size_t payload = 0; payload < payloads_.size(); ++payload) {
        const Result<Timings> timings = try_one(payload, timeout, on_progress);
        if (!timings) return timings.error();
        all.push_back(*timings);
    }
    return all;
}

Result<Timings> Workload::try_one(std::size_t payload, std::chrono::milliseconds timeout,
                                  const std::function<void(const Progress&)>& on_progress) {
    for (std::size_t tries = 0;; ++tries) {
        Result<Prepared> prepared = make(payload);
        if (!prepared) return prepared.error();
        prepared->spec.on_progress = on_progress;
        prepared->spec.deadline.reset();  // it may wait for the model's load
        const Result<JobResult> result = client_.run(std::move(prepared->spec), timeout);
        if (result) return result->timings;
        const bool small = result.error().code == Errc::output_too_small && tries < kMostRoomTries;
        if (!small || !grow(rooms_, result.error().needed)) return result.error();
    }
}

std::uint64_t Workload::slot_bytes() const {
    std::uint64_t most = 0, outputs = 0;
    for (const Payload& payload : payloads_) {
        std::uint64_t bytes = 0;
        for (const NamedTensor& named : payload)
            if (!in_message(named.tensor.bytes.size())) bytes += named.tensor.bytes.size();
        most = std::max(most, bytes);
    }
    for (const Room& room : rooms_)
        if (!in_message(room.bytes)) outputs += room.bytes;
    return most + outputs;
}

Result<Prepared> Workload::take() {
    if (ready_.empty()) return make(made_++ % payloads_.size());
    Prepared prepared = std::move(ready_.front());
    ready_.pop_front();
    if (request_.deadline)
        prepared.spec.deadline = std::chrono::steady_clock::now() + *request_.deadline;
    return prepared;
}

JobSpec Workload::empty_spec() const {
    JobSpec spec;
    spec.model = request_.model;
    spec.params = request_.params;
    spec.priority = request_.priority;
    // The same bytes again and again: what a model keeps would be all that is measured.
    spec.no_cache = true;
    return spec;
}

Result<Prepared> Workload::make(std::size_t payload) {
    Prepared prepared{payload, empty_spec()};
    JobSpec& spec = prepared.spec;
    if (request_.deadline) spec.deadline = std::chrono::steady_clock::now() + *request_.deadline;
    for (const NamedTensor& named : payloads_[payload]) {
        Input& input = spec.inputs.emplace_back(as_input(named));
        const std::vector<std::byte>& bytes = named.tensor.bytes;
        if (in_message(bytes.size())) {
            input.data = bytes;
            continue;
        }
        Result<Slot> slot = client_.take(bytes.size());
        if (!slot) return slot.error();
        std::memcpy(slot->bytes().data(), bytes.data(), bytes.size());
        input.slot = *std::move(slot);
    }
    Result<std::vector<Slot>> outputs = take_rooms(client_, rooms_);
    if (!outputs) return outputs.error();
    spec.outputs = *std::move(outputs);
    return prepared;
}

void Workload::give_back(std::size_t payload, JobResult&& result) {
    Prepared prepared{payload, empty_spec()};
    JobSpec& spec = prepared.spec;
    std::size_t slot = 0;
    for (const NamedTensor& named : payloads_[payload]) {
        Input& input = spec.inputs.emplace_back(as_input(named));
        if (in_message(named.tensor.bytes.size()))
            input.data = named.tensor.bytes;
        else
            input.slot = std::move(result.inputs.at(slot++));
    }
    for (std::size_t i = 0; i < rooms_.size(); ++i)
        spec.outputs.push_back(i < result.outputs.size() ? std::move(result.outputs[i].slot)
                                                         : Slot());
    ready_.push_back(std::move(prepared));
}

void Workload::give_back(Prepared&& prepared) {
    ready_.push_back(std::move(prepared));
}

}  // namespace samovar::cli
