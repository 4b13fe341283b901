#include "client/running_job.hpp"

#include <utility>

#include "client/slot_access.hpp"

namespace samovar::client {
namespace {

Error taken_already() {
    return {Errc::invalid_argument, "the job's result was taken already", "wait for a job once", 0,
            0};
}

std::string place_of(const char* what, std::size_t index) {
    return std::string(what) + " " + std::to_string(index);
}

Result<void> check_input(const Input& input, std::size_t index) {
    const std::string what = place_of("input", index);
    const auto bytes = tensor_bytes(input.dtype, input.shape);
    if (!bytes || input.shape.size() > kMaxRank)
        return Error{Errc::invalid_argument,
                     what + " of " + std::string(to_string(input.dtype)) + " " +
                         to_string(input.shape) + " is no tensor: at most " +
                         std::to_string(kMaxRank) + " axes, and 63 bits of bytes, are possible",
                     "", 0, 0};
    if (input.slot) {
        if (*bytes <= input.slot.size()) return {};
        return Error{Errc::out_of_bounds,
                     what + " has " + std::to_string(*bytes) + " bytes, and its slot " +
                         std::to_string(input.slot.size()),
                     "take a slot of the tensor's size", 0, 0};
    }
    if (input.data.size() == *bytes && *bytes <= kMaxInlineBytes) return {};
    if (input.data.empty())
        return Error{Errc::slot_in_use,
                     what +
                         " has neither bytes nor a slot: its slot was lent to a job, moved or "
                         "given back",
                     "take the slot back from the job's result, or take another", 0, 0};
    return Error{Errc::invalid_argument,
                 what + " brings " + std::to_string(input.data.size()) + " bytes of " +
                     std::to_string(*bytes) + " inside the message, which holds at most " +
                     std::to_string(kMaxInlineBytes),
                 "put larger tensors into a slot", 0, 0};
}

Error deadline_is_over(std::chrono::steady_clock::duration left) {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(-left);
    return {Errc::too_late,
            "the job's deadline was " + std::to_string(since.count()) +
                " ms ago, before it could be sent",
            "allow more time", 0, 0};
}

Error unknown_channel(const std::string& what) {
    return {Errc::unknown_channel,
            what + " lies in memory that the daemon did not take back after it was restarted",
            "take a new slot, and write it again", 0, 0};
}

}  // namespace

Result<void> RunningJob::check(const JobSpec& spec) {
    if (spec.inputs.size() > kMaxTensors || spec.outputs.size() > kMaxTensors)
        return Error{
            Errc::invalid_argument,
            "a job has at most " + std::to_string(kMaxTensors) + " inputs and as many outputs", "",
            0, 0};
    for (std::size_t i = 0; i < spec.inputs.size(); ++i)
        if (Result<void> checked = check_input(spec.inputs[i], i); !checked) return checked;
    if (spec.keep_alive && spec.keep_alive->count() < 0)
        return Error{Errc::invalid_argument, "a keep-alive below 0",
                     "0 lets the model go after the job; leave it out for the model's own", 0, 0};
    bool sizes = spec.model.size() <= kMaxNameBytes && spec.params.size() <= kMaxParams;
    for (const Input& input : spec.inputs)
        sizes = sizes && input.name.size() <= kMaxNameBytes;
    for (const auto& [key, value] : spec.params)
        sizes = sizes && key.size() <= kMaxNameBytes && value.size() <= kMaxParamBytes;
    if (sizes) return {};
    return Error{Errc::invalid_argument,
                 "a name is longer than " + std::to_string(kMaxNameBytes) +
                     " bytes, a parameter's value "
                     "than " +
                     std::to_string(kMaxParamBytes) + ", or there are more than " +
                     std::to_string(kMaxParams) + " parameters",
                 "", 0, 0};
}

RunningJob::RunningJob(JobSpec&& spec, JobCallback callback)
    : spec_(std::move(spec)),
      callback_(std::move(callback)),
      progress_(spec_.on_progress),
      result_(taken_already()) {
    for (const Input& input : spec_.inputs)
        if (!input.slot) inline_bytes_ += input.data.size();
}

Result<ipc::Bytes> RunningJob::frame(std::uint64_t number) {
    ipc::Submit submit;
    submit.model = spec_.model;
    submit.progress = static_cast<bool>(progress_);
    if (spec_.keep_alive) {
        const bool forever = *spec_.keep_alive == kForever;
        submit.keep = forever ? ipc::Keep::forever : ipc::Keep::for_time;
        if (!forever) submit.keep_alive_ms = static_cast<std::uint64_t>(spec_.keep_alive->count());
    }
    submit.no_cache = spec_.no_cache;
    submit.priority = static_cast<ipc::Priority>(spec_.priority);
    if (spec_.deadline) {
        const auto left = *spec_.deadline - std::chrono::steady_clock::now();
        if (left <= left.zero()) return deadline_is_over(left);
        submit.deadline_us =
            static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(left).count());
    }
    for (const auto& [key, value] : spec_.params)
        submit.params.push_back({key, value});
    for (std::size_t i = 0; i < spec_.inputs.size(); ++i) {
        const Input& input = spec_.inputs[i];
        ipc::InputTensor& tensor = submit.inputs.emplace_back();
        tensor.name = input.name;
        tensor.dtype = input.dtype;
        tensor.shape = input.shape;
        if (!input.slot) {
            tensor.data = input.data;
            continue;
        }
        tensor.channel = SlotAccess::channel(input.slot)->id();
        tensor.offset = SlotAccess::offset(input.slot);
        if (tensor.channel == ipc::kInline) return unknown_channel(place_of("input", i));
    }
    for (std::size_t i = 0; i < spec_.outputs.size(); ++i) {
        const Slot& slot = spec_.outputs[i];
        ipc::OutputPlace& place = submit.outputs.emplace_back();
        if (!slot) continue;
        place = {SlotAccess::channel(slot)->id(), SlotAccess::offset(slot), slot.size()};
        if (place.channel == ipc::kInline) return unknown_channel(place_of("output", i));
    }
    return ipc::encode(submit, number);
}

void RunningJob::on_progress(const Progress& progress, Callbacks& callbacks) {
    progress_.tell(progress, callbacks);
}

void RunningJob::on_answer(ipc::Frame& answer, Callbacks& callbacks) {
    Result<ipc::Done> done = answer_in<ipc::Done>(answer);
    finish(done ? taken(*done) : std::move(done).error(), callbacks);
}

void RunningJob::on_failure(const Error& error, Callbacks& callbacks) {
    // The worker may still be at it, and nobody will tell when it lets go.
    for (Slot& slot : spec_.outputs)
        SlotAccess::abandon(slot);
    finish(error, callbacks);
}

void RunningJob::finish(Result<JobResult> result, Callbacks& callbacks) {
    if (!callback_) {
        result_ = std::move(result);
        return;
    }
    // std::function wants what it holds to be copyable; a result with its slots is not.
    auto shared = std::make_shared<Result<JobResult>>(std::move(result));
    callbacks.push_back(
        [call = std::move(callback_), progress = progress_, shared = std::move(shared)] {
            progress.end();
            call(std::move(*shared));
        });
}

Result<JobResult> RunningJob::taken(ipc::Done& done) {
    JobResult result;
    result.timings = {std::chrono::nanoseconds(done.timings.queued),
                      std::chrono::nanoseconds(done.timings.prepared),
                      std::chrono::nanoseconds(done.timings.inferred),
                      std::chrono::nanoseconds(done.timings.finished),
                      std::chrono::nanoseconds(done.timings.total),
                      done.timings.cached};
    for (std::size_t i = 0; i < done.outputs.size(); ++i) {
        Result<Output> output = taken(done.outputs[i], i);
        if (!output) return output.error();
        result.outputs.push_back(std::move(*output));
    }
    for (ipc::Detail& detail : done.details)
        result.details.emplace_back(std::move(detail.name), std::move(detail.value));
    for (Input& input : spec_.inputs)
        if (input.slot) result.inputs.push_back(std::move(input.slot));
    spec_ = {};
    return result;
}

// Nothing that came over the socket is believed about memory: the place must be the one that was
// lent, and the tensor must fit it.
Result<Output> RunningJob::taken(ipc::OutputTensor& tensor, std::size_t index) {
    Output output{std::move(tensor.name), tensor.dtype, std::move(tensor.shape), {}, {}};
    const auto bytes = tensor_bytes(output.dtype, output.shape);
    const Error lie{
        Errc::protocol,
        place_of("output", index) + " of the daemon's answer is not where it was asked for", "", 0,
        0};
    if (!bytes) return lie;
    if (tensor.channel == ipc::kInline) {
        if (tensor.data.size() != *bytes) return lie;
        output.data = std::move(tensor.data);
        return output;
    }
    if (index >= spec_.outputs.size() || !spec_.outputs[index]) return lie;
    Slot& slot = spec_.outputs[index];
    if (SlotAccess::channel(slot)->id() != tensor.channel ||
        SlotAccess::offset(slot) != tensor.offset || slot.size() < *bytes)
        return lie;
    output.slot = std::move(slot);
    return output;
}

Result<JobResult> RunningJob::take_result() {
    progress_.end();
    return std::exchange(result_, Result<JobResult>(taken_already()));
}

}  // namespace samovar::client
