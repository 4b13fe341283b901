#include "daemon/models/batch_rules.hpp"

#include <algorithm>
#include <functional>

namespace samovar::daemon {
namespace {

constexpr std::int64_t kUsualDelayMs = 5, kLongestDelayMs = 10'000;
constexpr std::uint32_t kMostToMeasure = 64;  // with max = "auto"

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

ipc::BatchSpec read_batch_spec(TomlReader& reader) {
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
        spec.rows = static_cast<std::uint32_t>(reader.integer("max", 1, kMaxBatchRows));
    }
    return spec;
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
    if (ipc::is_of_texts(task))
        top.fail("batch", "is not for tasks of texts: max_batch in [text] says how they are cut");
    reader->allow({"max", "sizes", "max_delay"});
    rules.spec = read_batch_spec(*reader);
    rules.delay = std::chrono::milliseconds(
        reader->duration_ms("max_delay", 0, kLongestDelayMs, kUsualDelayMs));
    reader->finish();
    if (task == ipc::Task::tensor) check_tensors(top, inputs, outputs);
    return rules;
}

}  // namespace samovar::daemon
