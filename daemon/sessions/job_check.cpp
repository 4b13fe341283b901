#include "daemon/sessions/job_check.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using ipc::Axis;
using ipc::InputTensor;
using ipc::OutputPlace;
using ipc::TensorSpec;

// A stretch of a channel, for the comparison of all with all.
struct Stretch {
    std::uint32_t channel;
    std::uint64_t begin, end;
};

// Without a hint: check_job() names the way to what the model takes.
Error bad_input(std::string what, std::string hint = "") {
    return {Errc::bad_input, std::move(what), std::move(hint), 0, 0};
}

std::string to_string(const std::vector<Axis>& shape) {
    std::string text = "[";
    for (const Axis& axis : shape) {
        if (text.size() > 1) text += ", ";
        text += axis.name.empty() ? std::to_string(axis.min) : axis.name;
    }
    return text + "]";
}

// The inputs in the model's order: by name where they have one, else by position.
Result<std::vector<InputTensor>> in_order(std::vector<InputTensor> given,
                                          const std::vector<TensorSpec>& specs) {
    if (given.size() != specs.size())
        return bad_input("the job brings " + ipc::count_of(given.size(), "input") +
                         " where the model takes " + std::to_string(specs.size()));
    std::vector<InputTensor> ordered(specs.size());
    std::vector<bool> taken(specs.size(), false);
    for (std::size_t i = 0; i < given.size(); ++i) {
        std::size_t at = i;
        if (!given[i].name.empty()) {
            const auto spec = std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& s) {
                return s.name == given[i].name;
            });
            if (spec == specs.end())
                return bad_input("the model has no input \"" + given[i].name + "\"");
            at = static_cast<std::size_t>(spec - specs.begin());
        }
        if (taken[at]) return bad_input("input \"" + specs[at].name + "\" is given twice");
        taken[at] = true;
        ordered[at] = std::move(given[i]);
    }
    return ordered;
}

// NumPy makes float64 of whatever it is not told otherwise. Between other kinds of numbers a
// conversion may not be what is meant: uint8 of a picture in [0, 1] is black.
std::string way_to(DType wanted, DType given) {
    const auto floating = [](DType dtype) {
        return dtype == DType::float64 || dtype == DType::float32 || dtype == DType::float16;
    };
    if (!floating(wanted) || !floating(given)) return "";
    const std::string name(samovar::to_string(wanted));
    return "convert it to " + name + ": in NumPy, array.astype('" + name + "')";
}

// dtype, rank and sizes; `sizes` remembers what each name stood for.
Result<void> check_shape(const InputTensor& input, const TensorSpec& spec,
                         std::map<std::string, std::uint64_t>& sizes) {
    const std::string name = "input \"" + spec.name + "\"";
    if (input.dtype != spec.dtype)
        return bad_input(name + " is " + std::string(samovar::to_string(input.dtype)) +
                             " where the model takes " +
                             std::string(samovar::to_string(spec.dtype)),
                         way_to(spec.dtype, input.dtype));
    const std::string shapes = name + " has shape " + samovar::to_string(input.shape) +
                               " where the model takes " + to_string(spec.shape);
    if (input.shape.size() != spec.shape.size()) return bad_input(shapes);
    for (std::size_t i = 0; i < spec.shape.size(); ++i) {
        const Axis& axis = spec.shape[i];
        const std::uint64_t size = input.shape[i];
        if (size < axis.min || size > axis.max)
            return bad_input(axis.name.empty() ? shapes
                                               : shapes + ": " + axis.name + " must be from " +
                                                     std::to_string(axis.min) + " to " +
                                                     std::to_string(axis.max));
        if (axis.name.empty()) continue;
        const auto [known, first] = sizes.emplace(axis.name, size);
        if (!first && known->second != size)
            return bad_input(shapes + ": " + axis.name + " is " + std::to_string(known->second) +
                             " elsewhere in the job");
    }
    return {};
}

// Whether a worker can decode a file for this input. In batches of rows nobody knows how many a
// file has.
bool takes_encoded(const TensorSpec& spec, const ModelFile& model) {
    if (model.task == ipc::Task::mask) return true;
    return spec.image && spec.dtype == DType::uint8 && spec.shape.size() == 3 &&
           spec.shape[2].min <= 3 && spec.shape[2].max >= 3 && model.batch.spec.rows == 0;
}

Result<void> check_encoded(const InputTensor& input, const TensorSpec& spec,
                           const ModelFile& model) {
    if (!takes_encoded(spec, model))
        return bad_input("input \"" + spec.name +
                             "\" takes no encoded image: only task mask does, "
                             "and inputs of kind \"image\" that are uint8 [height, width, 3], of "
                             "models without [batch]",
                         "decode the picture, and send its pixels");
    if (input.shape.size() != 1 || input.shape[0] == 0)
        return bad_input("an encoded image has the shape [bytes]");
    return {};
}

// A stretch of one of the submitter's channels, with the arithmetic that cannot overflow.
Result<ChannelPtr> check_place(const std::string& what, std::uint32_t id, std::uint64_t offset,
                               std::uint64_t bytes, const FindChannel& find) {
    const ChannelPtr channel = find(id);
    if (!channel)
        return Error{
            Errc::unknown_channel,
            what + " is in channel " + std::to_string(id) + ", which this session does not have",
            "open a channel first", 0, 0};
    if (offset % kSlotAlignment != 0)
        return Error{Errc::invalid_argument,
                     what + " begins at offset " + std::to_string(offset) +
                         ", which is no multiple of " + std::to_string(kSlotAlignment),
                     "begin slots at multiples of it", 0, 0};
    if (offset > channel->bytes() || bytes > channel->bytes() - offset)
        return Error{Errc::out_of_bounds,
                     what + " has " + std::to_string(bytes) + " bytes at offset " +
                         std::to_string(offset) + " of channel " + std::to_string(id) +
                         ", which has " + std::to_string(channel->bytes()),
                     "stay inside the channel, or open a larger one", 0, 0};
    return channel;
}

void hold(CheckedJob& job, const ChannelPtr& channel) {
    if (std::find(job.channels.begin(), job.channels.end(), channel) == job.channels.end())
        job.channels.push_back(channel);
}

Result<void> check_input(const InputTensor& input, const TensorSpec& spec, const ModelFile& model,
                         std::map<std::string, std::uint64_t>& sizes, const FindChannel& find,
                         CheckedJob& job, std::vector<Stretch>& stretches) {
    const std::string what = "input \"" + spec.name + "\"";
    Result<void> shape = input.dtype == DType::encoded_image ? check_encoded(input, spec, model)
                                                             : check_shape(input, spec, sizes);
    if (!shape) return shape;
    const auto bytes = tensor_bytes(input.dtype, input.shape);
    if (!bytes) return bad_input(what + " has more bytes than 64 bits can count");
    if (input.channel == ipc::kInline) {
        if (input.data.size() != *bytes)
            return bad_input(
                what + " carries " + std::to_string(input.data.size()) +
                    " bytes where its shape makes " + std::to_string(*bytes),
                *bytes > kMaxInlineBytes ? "put tensors above 65536 bytes into a channel" : "");
        job.inline_bytes += input.data.size();
        return {};
    }
    if (!input.data.empty()) return bad_input(what + " is in a channel and in the message as well");
    Result<ChannelPtr> channel = check_place(what, input.channel, input.offset, *bytes, find);
    if (!channel) return channel.error();
    hold(job, *channel);
    stretches.push_back({input.channel, input.offset, input.offset + *bytes});
    return {};
}

Result<void> check_output(const OutputPlace& place, std::size_t index, const FindChannel& find,
                          CheckedJob& job, std::vector<Stretch>& stretches) {
    if (place.channel == ipc::kInline) return {};
    const std::string what = "output " + std::to_string(index);
    Result<ChannelPtr> channel =
        check_place(what, place.channel, place.offset, place.capacity, find);
    if (!channel) return channel.error();
    const Stretch mine{place.channel, place.offset, place.offset + place.capacity};
    for (const Stretch& other : stretches)
        if (other.channel == mine.channel && other.begin < mine.end && mine.begin < other.end)
            return Error{Errc::invalid_argument, what + " overlaps another tensor of the job",
                         "give every tensor a slot of its own", 0, 0};
    hold(job, *channel);
    stretches.push_back(mine);
    return {};
}

std::string time_in_words(std::uint64_t ms) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return ipc::duration_in_words(
        std::chrono::milliseconds(static_cast<std::int64_t>(std::min(ms, kMost))));
}

Result<std::optional<scheduler::KeepAlive>> check_keep_alive(const ipc::Submit& submit) {
    using Asked = std::optional<scheduler::KeepAlive>;
    const auto refused = [](const std::string& what) {
        return Error{Errc::invalid_argument, what,
                     "ask for 0 to 30 days, for ever, or leave it to the model's own", 0, 0};
    };
    switch (submit.keep) {
        case ipc::Keep::by_rules: return Asked();
        case ipc::Keep::forever: return Asked(scheduler::KeepAlive());
        case ipc::Keep::for_time: break;
        default:
            return refused("keep " + std::to_string(static_cast<unsigned>(submit.keep)) +
                           " is not known");
    }
    if (submit.keep_alive_ms > kMaxKeepAliveMs)
        return refused("a keep-alive of " + time_in_words(submit.keep_alive_ms) +
                       " is longer than the " + time_in_words(kMaxKeepAliveMs) +
                       " that are allowed");
    return Asked(std::chrono::milliseconds(submit.keep_alive_ms));
}

Result<void> check_turn(const ipc::Submit& submit, CheckedJob& job) {
    switch (submit.priority) {
        case ipc::Priority::normal: job.priority = scheduler::Priority::normal; break;
        case ipc::Priority::interactive: job.priority = scheduler::Priority::interactive; break;
        case ipc::Priority::background: job.priority = scheduler::Priority::background; break;
        default:
            return Error{Errc::invalid_argument,
                         "priority " + std::to_string(static_cast<unsigned>(submit.priority)) +
                             " is not known",
                         "ask for 0 (normal), 1 (interactive) or 2 (background)", 0, 0};
    }
    if (submit.deadline_us > kMaxDeadlineUs)
        return Error{Errc::invalid_argument,
                     "a deadline in " + std::to_string(submit.deadline_us) +
                         " microseconds is further away than the " +
                         std::to_string(kMaxDeadlineUs) + " that are allowed",
                     "ask for a day at most, or for none", 0, 0};
    if (submit.deadline_us > 0) job.deadline = std::chrono::microseconds(submit.deadline_us);
    return {};
}

// As many texts as there are ends, and a token a byte at most, but for rules that make several
// letters of one: where those add up to more, the worker cuts.
scheduler::BatchSize size_of_texts(const std::vector<InputTensor>& inputs, const ModelFile& model) {
    const std::uint64_t rows = std::max<std::uint64_t>(inputs.at(1).shape.front(), 1);
    const std::uint64_t bytes = inputs.at(0).shape.front();
    return {rows, std::min(rows * model.text.spec.max_length, bytes + 2 * rows)};
}

// What of a job must be equal to share an inference, and how much of one it is. Lengths of one
// bucket count as equal, and as long as the bucket.
void note_rows(const std::vector<InputTensor>& inputs, const ModelFile& model, CheckedJob& job) {
    if (ipc::is_of_texts(model.task)) job.size = size_of_texts(inputs, model);
    const ipc::BatchSpec& batch = model.batch.spec;
    // Pictures are a row each, whatever their size: the network gets its own.
    if (batch.rows == 0 || model.task != ipc::Task::tensor) return;
    job.size.rows = std::max<std::uint64_t>(inputs.front().shape.front(), 1);
    job.form = 14695981039346656037U;  // FNV-1a: the worker compares the shapes themselves
    const auto add = [&job](std::uint64_t number) {
        job.form = (job.form ^ number) * 1099511628211U;
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Shape& shape = inputs[i].shape;
        add(shape.size());
        for (std::size_t j = 1; j < shape.size(); ++j) {
            const bool is_length =
                !batch.length.empty() && model.inputs[i].shape.at(j).name == batch.length;
            const std::uint64_t size =
                is_length ? ipc::bucket_of(std::uint64_t{shape[j]}, batch.buckets) : shape[j];
            add(size);
            if (is_length) job.size.tokens = job.size.rows * std::max<std::uint64_t>(size, 1);
        }
    }
}

Result<CheckedJob> check(ipc::Submit submit, const ModelFile& model, const FindChannel& find) {
    CheckedJob job;
    const auto keep_alive = check_keep_alive(submit);
    if (!keep_alive) return keep_alive.error();
    job.keep_alive = *keep_alive;
    if (Result<void> turn = check_turn(submit, job); !turn) return turn.error();
    std::vector<Stretch> stretches;
    std::map<std::string, std::uint64_t> sizes;
    Result<std::vector<InputTensor>> inputs = in_order(std::move(submit.inputs), model.inputs);
    if (!inputs) return inputs.error();
    for (std::size_t i = 0; i < inputs->size(); ++i) {
        Result<void> checked =
            check_input((*inputs)[i], model.inputs[i], model, sizes, find, job, stretches);
        if (!checked) return checked.error();
    }
    if (submit.outputs.size() > model.outputs.size())
        return Error{Errc::bad_output,
                     "the job has places for " + ipc::count_of(submit.outputs.size(), "output") +
                         " where the model gives " + std::to_string(model.outputs.size()),
                     "", 0, 0};
    for (std::size_t i = 0; i < submit.outputs.size(); ++i) {
        Result<void> checked = check_output(submit.outputs[i], i, find, job, stretches);
        if (!checked) return checked.error();
    }
    note_rows(*inputs, model, job);
    job.run.inputs = std::move(*inputs);
    job.run.outputs = std::move(submit.outputs);
    job.run.params = std::move(submit.params);
    job.run.no_cache = submit.no_cache;
    return job;
}

}  // namespace

Result<CheckedJob> check_job(ipc::Submit submit, const ModelFile& model, const FindChannel& find) {
    Result<CheckedJob> checked = check(std::move(submit), model, find);
    if (!checked && checked.error().hint.empty())
        checked.error().hint = "`samovar info " + model.name + "` shows what it takes and gives";
    return checked;
}

}  // namespace samovar::daemon
