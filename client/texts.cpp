#include <samovar/texts.hpp>

#include <charconv>
#include <cstring>
#include <utility>

#include <samovar/limits.hpp>

namespace samovar {
namespace {

// Texts of one job.
struct Part {
    std::size_t begin = 0, end = 0;
    std::uint64_t bytes = 0;
};

// As many from `begin` as one job may bring, and one at least.
Part next_part(std::span<const std::string> texts, std::size_t begin, std::size_t most) {
    Part part{begin, begin, 0};
    while (part.end < texts.size() && part.end - begin < most) {
        const std::uint64_t bytes = part.bytes + texts[part.end].size();
        if (part.end > begin && bytes > kMaxTextsBytes) break;
        part.bytes = bytes;
        ++part.end;
    }
    return part;
}

// An input with room for its elements, inside the message where that holds them.
Result<Input> make_input(Client& client, std::string name, DType dtype, std::uint64_t elements) {
    Input input;
    input.name = std::move(name);
    input.dtype = dtype;
    input.shape = {elements};
    const std::uint64_t bytes = elements * element_size(dtype);
    if (bytes <= kMaxInlineBytes) {
        input.data.resize(static_cast<std::size_t>(bytes));
        return input;
    }
    Result<Slot> slot = client.take(bytes);
    if (!slot) return std::move(slot).error();
    input.slot = *std::move(slot);
    return input;
}

std::byte* memory_of(Input& input) {
    return input.slot ? input.slot.bytes().data() : input.data.data();
}

void write(std::span<const std::string> texts, Input& bytes, Input& ends) {
    std::byte* to = memory_of(bytes);
    std::int64_t end = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!texts[i].empty()) std::memcpy(to + end, texts[i].data(), texts[i].size());
        end += static_cast<std::int64_t>(texts[i].size());
        std::memcpy(memory_of(ends) + i * sizeof end, &end, sizeof end);
    }
}

Result<JobSpec> make_job(Client& client, std::span<const std::string> texts, std::uint64_t bytes,
                         std::size_t columns) {
    JobSpec spec;
    Result<Input> letters = make_input(client, "texts", DType::uint8, bytes);
    if (!letters) return std::move(letters).error();
    Result<Input> ends = make_input(client, "ends", DType::int64, texts.size());
    if (!ends) return std::move(ends).error();
    write(texts, *letters, *ends);
    spec.inputs.push_back(*std::move(letters));
    spec.inputs.push_back(*std::move(ends));
    const std::uint64_t room = std::uint64_t{texts.size()} * columns * sizeof(float);
    if (room <= kMaxInlineBytes) return spec;
    Result<Slot> slot = client.take(room);
    if (!slot) return std::move(slot).error();
    spec.outputs.push_back(*std::move(slot));
    return spec;
}

template <class Number>
Number number_in(const JobResult& result, std::string_view name) {
    Number value{};
    for (const auto& [key, text] : result.details)
        if (key == name) std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void add(const JobResult& result, TextAnswer& answer) {
    answer.words += number_in<std::uint64_t>(result, "total_words");
    answer.tokens += number_in<std::uint64_t>(result, "tokens");
    answer.truncated += number_in<std::uint64_t>(result, "truncated");
    answer.batches += number_in<std::uint64_t>(result, "batches");
    answer.processing += std::chrono::nanoseconds(
        static_cast<std::int64_t>(number_in<double>(result, "processing_time_ms") * 1e6));
    for (const auto& [key, text] : result.details)
        if (key == "model_version") answer.model_version = text;
    answer.timings.queued += result.timings.queued;
    answer.timings.prepared += result.timings.prepared;
    answer.timings.inferred += result.timings.inferred;
    answer.timings.finished += result.timings.finished;
    answer.timings.total += result.timings.total;
}

// Appends the values of a job of so many texts.
Result<void> take_values(const JobResult& result, std::size_t texts, TextAnswer& answer) {
    const Shape due{texts, answer.columns};
    if (result.outputs.size() != 1 || result.outputs[0].dtype != DType::float32 ||
        result.outputs[0].shape != due)
        return Error{
            Errc::bad_output,
            "the answer is not one float32 " + to_string(due) + ": the model is another one now",
            "open it again", 0, 0};
    const std::span<const std::byte> bytes = result.outputs[0].bytes();
    const std::size_t before = answer.values.size();
    answer.values.resize(before + texts * answer.columns);
    if (!bytes.empty()) std::memcpy(answer.values.data() + before, bytes.data(), bytes.size());
    return {};
}

// The worker counts from the first text of its job.
Error told_of(Error error, const Part& part, std::size_t all) {
    if (error.code == Errc::bad_input && part.end - part.begin < all)
        error.message = "texts " + std::to_string(part.begin) + " to " +
                        std::to_string(part.end - 1) + ", counted from 0 there: " + error.message;
    return error;
}

}  // namespace

Result<TextModel> TextModel::open(Client& client, const std::string& model) {
    Result<ModelInfo> info = client.info(model);
    if (!info) return std::move(info).error();
    return of(client, *info);
}

Result<TextModel> TextModel::of(Client& client, const ModelInfo& info) {
    const std::string& task = info.summary.task;
    const bool fits = info.inputs.size() == 2 && info.inputs[1].shape.size() == 1 &&
                      info.outputs.size() == 1 && info.outputs[0].shape.size() == 2;
    if ((task != "classify-text" && task != "embed-text") || !fits)
        return Error{
            Errc::invalid_argument,
            "model \"" + info.summary.name + "\" is of task " + task + ", which takes no texts",
            "take one of task classify-text or embed-text", 0, 0};
    TextModel model(client);
    model.name_ = info.summary.name;
    model.labels_ = info.labels;
    model.columns_ = info.outputs[0].shape[1].max;
    model.max_texts_ = info.inputs[1].shape[0].max;
    return model;
}

Result<TextAnswer> TextModel::run(std::span<const std::string> texts,
                                  const TextOptions& options) const {
    TextAnswer answer;
    answer.columns = columns_;
    for (std::size_t begin = 0; begin < texts.size();) {
        const Part part = next_part(texts, begin, max_texts_);
        begin = part.end;
        const auto own = texts.subspan(part.begin, part.end - part.begin);
        Result<JobSpec> spec = make_job(*client_, own, part.bytes, columns_);
        if (!spec) return std::move(spec).error();
        spec->model = name_;
        spec->keep_alive = options.keep_alive;
        spec->priority = options.priority;
        spec->no_cache = options.no_cache;
        spec->deadline = options.deadline;
        spec->on_progress = options.on_progress;
        const Result<JobResult> result = client_->run(*std::move(spec), options.timeout);
        if (!result) return told_of(result.error(), part, texts.size());
        if (Result<void> taken = take_values(*result, own.size(), answer); !taken)
            return std::move(taken).error();
        add(*result, answer);
        answer.timings.cached =
            (part.begin == 0 || answer.timings.cached) && result->timings.cached;
    }
    return answer;
}

}  // namespace samovar
