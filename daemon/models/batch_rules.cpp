#include "daemon/models/batch_rules.hpp"

#include <algorithm>
#include <functional>

#include "daemon/models/batch_lengths.hpp"

namespace samovar::daemon {
namespace {

constexpr std::int64_t kUsualDelayMs = 5, kLongestDelayMs = 10'000;
constexpr std::uint32_t kMostToMeasure = 64;  // with max = "auto"
constexpr std::uint32_t kTextsAtATime = 32;

std::vector<std::uint32_t> read_batch_sizes(TomlReader& reader) {
    std::vector<std::uint32_t> sizes;
    const toml::array* list = reader.array("sizes");
    if (!list) return sizes;
    if (list->empty() || list->size() > kMaxBatchSizes)
        reader.fail("sizes", "must hold 1 to " + std::to_string(kMaxBatchSizes) + " numbers");
    for (const toml::node& node : *list) {
        const std::int64_t size = node.is_integer() ? node.as_integer()->get() : 0;
        if (size < 1 || size > std::int64_t{kMaxBatchRows})
            reader.fail_at(node, "sizes",
                           "must be whole numbers from 1 to " + std::to_string(kMaxBatchRows));
        sizes.push_back(static_cast<std::uint32_t>(size));
    }
    if (std::ranges::adjacent_find(sizes, std::greater_equal()) != sizes.end())
        reader.fail("sizes", "must rise");
    return sizes;
}

// `otherwise`: where there is no `max`.
ipc::BatchSpec read_rows(TomlReader& reader, std::optional<std::int64_t> otherwise = {}) {
    ipc::BatchSpec spec;
    spec.sizes = read_batch_sizes(reader);
    const bool sized = !spec.sizes.empty();
    if (sized && reader.has("max"))
        reader.fail("max", "is the last of `sizes`: remove one of the two");
    if (sized) {
        spec.rows = spec.sizes.back();
    } else if (reader.is_text("max")) {
        reader.one_of("max", {"auto"});
        spec.rows = kMostToMeasure;
        spec.measure = true;
    } else {
        spec.rows = static_cast<std::uint32_t>(reader.integer("max", 1, kMaxBatchRows, otherwise));
    }
    return spec;
}

std::chrono::milliseconds read_delay(TomlReader& reader) {
    return std::chrono::milliseconds(
        reader.duration_ms("max_delay", 0, kLongestDelayMs, kUsualDelayMs));
}

// The name of the rows.
void check_tensors(const TomlReader& top, const std::vector<ipc::TensorSpec>& inputs,
                   const std::vector<ipc::TensorSpec>& outputs) {
    const ipc::TensorSpec& first = inputs.front();
    const std::string rows = first.shape.empty() ? "" : first.shape.front().name;
    const auto check = [&](const char* kind, const std::vector<ipc::TensorSpec>& tensors) {
        for (const ipc::TensorSpec& tensor : tensors) {
            if (tensor.shape.empty() || rows.empty() || tensor.shape.front().name != rows)
                top.fail("batch", std::string(kind) + " \"" + tensor.name +
                                      "\" does not begin with the named size that all inputs and "
                                      "outputs begin with: jobs are joined along that one");
            const bool again =
                std::any_of(tensor.shape.begin() + 1, tensor.shape.end(),
                            [&](const ipc::Axis& axis) { return axis.name == rows; });
            if (again)
                top.fail("batch", std::string(kind) + " \"" + tensor.name + "\" has \"" + rows +
                                      "\" twice: jobs cannot be joined along it");
        }
    };
    check("input", inputs);
    check("output", outputs);
}

}  // namespace

BatchRules read_batch(TomlReader& top, ipc::Task task, const std::vector<ipc::TensorSpec>& inputs,
                      const std::vector<ipc::TensorSpec>& outputs) {
    BatchRules rules;
    auto reader = top.table("batch");
    if (!reader) return rules;
    if (task == ipc::Task::tensor)
        reader->allow({"max", "sizes", "max_delay", "length", "max_tokens", "buckets", "pad_to"});
    else
        reader->allow({"max", "sizes", "max_delay"});
    rules.spec = read_rows(*reader);
    rules.delay = read_delay(*reader);
    if (task == ipc::Task::tensor) {
        check_tensors(top, inputs, outputs);
        read_lengths(*reader, inputs, rules.spec);
    }
    reader->finish();
    return rules;
}

BatchRules read_text_batch(TomlReader& top, std::uint32_t max_length) {
    BatchRules rules;
    rules.spec.rows = kTextsAtATime;
    rules.delay = std::chrono::milliseconds(kUsualDelayMs);
    auto reader = top.table("batch");
    if (reader) {
        reader->allow({"max", "sizes", "max_delay", "max_tokens", "buckets", "pad_to"});
        rules.spec = read_rows(*reader, kTextsAtATime);
        rules.delay = read_delay(*reader);
    }
    read_text_lengths(reader ? &*reader : nullptr, max_length, rules.spec);
    if (reader) reader->finish();
    return rules;
}

}  // namespace samovar::daemon
