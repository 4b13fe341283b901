#include "daemon/models/warm_ups.hpp"

#include <algorithm>
#include <optional>

#include "daemon/models/toml_letters.hpp"

namespace samovar::daemon {
namespace {

using Sizes = std::map<std::string, std::uint64_t>;

bool is_file_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
           name.find('/') == name.npos && name.find('\0') == name.npos;
}

const ipc::Axis* axis_of(const std::string& name, const std::vector<ipc::TensorSpec>& inputs) {
    for (const ipc::TensorSpec& input : inputs)
        for (const ipc::Axis& axis : input.shape)
            if (axis.name == name) return &axis;
    return nullptr;
}

std::string size_names(const std::vector<ipc::TensorSpec>& inputs) {
    std::string names;
    for (const ipc::TensorSpec& input : inputs)
        for (const ipc::Axis& axis : input.shape)
            if (!axis.name.empty() && names.find(axis.name) == names.npos)
                names += (names.empty() ? "" : ", ") + axis.name;
    return names.empty() ? "there are none" : names;
}

void read_sizes(TomlReader& entry, const std::vector<ipc::TensorSpec>& inputs, Sizes& sizes) {
    auto dims = entry.table("dims");
    if (!dims) return;
    for (const std::string& key : dims->keys()) {
        const ipc::Axis* axis = axis_of(key, inputs);
        if (axis == nullptr)
            dims->fail(key, "is no named size of an [[input]]: " + size_names(inputs));
        sizes[key] = static_cast<std::uint64_t>(dims->integer(
            key, static_cast<std::int64_t>(axis->min), static_cast<std::int64_t>(axis->max)));
    }
    dims->finish();
}

void read_files(TomlReader& entry, const std::vector<ipc::TensorSpec>& inputs,
                std::map<std::size_t, WarmUpEntry::File>& into) {
    auto files = entry.table("files");
    if (!files) return;
    for (const std::string& key : files->keys()) {
        const auto input = std::find_if(inputs.begin(), inputs.end(),
                                        [&](const auto& spec) { return spec.name == key; });
        if (input == inputs.end()) files->fail(key, "is the name of no [[input]]");
        const std::string name = files->text(key);
        if (!is_file_name(name) || !name.ends_with(".npy"))
            files->fail(key, "must be the name of a .npy file of this folder, without a path");
        into[static_cast<std::size_t>(input - inputs.begin())] = {name, files->place(key)};
    }
    files->finish();
}

WarmUpEntry read_entry(TomlReader& reader, const std::vector<ipc::TensorSpec>& inputs) {
    reader.allow({"dims", "fill", "files"});
    WarmUpEntry entry;
    entry.place = reader.place("");
    read_sizes(reader, inputs, entry.sizes);
    entry.fill = reader.one_of("fill", {"random", "zeros"}, "random") == "zeros"
                     ? ipc::Fill::zeros
                     : ipc::Fill::random;
    read_files(reader, inputs, entry.files);
    reader.finish();
    return entry;
}

// What a file of this shape says of named sizes; what is wrong with it, or nothing.
std::optional<std::string> learn(const WarmUpFile& file, const ipc::TensorSpec& spec,
                                 Sizes& sizes) {
    const std::string is = "holds " + std::string(to_string(file.dtype)) + " " +
                           to_string(file.shape) + ", and input \"" + spec.name + "\" ";
    if (file.dtype != spec.dtype) return is + "is " + std::string(to_string(spec.dtype));
    if (file.shape.size() != spec.shape.size())
        return is + "has " + std::to_string(spec.shape.size()) + " sizes";
    for (std::size_t i = 0; i < spec.shape.size(); ++i) {
        const ipc::Axis& axis = spec.shape[i];
        const std::string nth = is + "takes for size " + std::to_string(i);
        if (file.shape[i] < axis.min || file.shape[i] > axis.max)
            return nth + " from " + std::to_string(axis.min) + " to " + std::to_string(axis.max);
        if (axis.name.empty()) continue;
        const auto [known, fresh] = sizes.emplace(axis.name, file.shape[i]);
        if (!fresh && known->second != file.shape[i])
            return nth + " (" + axis.name + ") here " + std::to_string(known->second);
    }
    return std::nullopt;
}

Shape shape_of(const ipc::TensorSpec& spec, const Sizes& sizes) {
    Shape shape;
    for (const ipc::Axis& axis : spec.shape) {
        const auto known = sizes.find(axis.name);
        const std::uint64_t least =
            axis.name.empty()
                ? axis.min
                : std::clamp<std::uint64_t>(1, axis.min, std::max(axis.min, axis.max));
        shape.push_back(axis.name.empty() || known == sizes.end() ? least : known->second);
    }
    return shape;
}

ipc::WarmUp plan(const WarmUpEntry& entry, const std::vector<ipc::TensorSpec>& inputs,
                 Sizes otherwise,
                 const std::function<Result<WarmUpFile>(const std::string&)>& take) {
    Sizes sizes = entry.sizes;
    std::map<std::size_t, WarmUpFile> files;
    for (const auto& [input, file] : entry.files) {
        Result<WarmUpFile> taken = take(file.name);
        if (!taken) throw TomlFault(file.place + ": " + describe(taken.error()));
        if (const auto problem = learn(*taken, inputs[input], sizes))
            throw TomlFault(file.place + ": " + file.name + " " + *problem);
        files.emplace(input, std::move(*taken));
    }
    sizes.merge(otherwise);
    ipc::WarmUp warm_up;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        ipc::WarmUpInput input{shape_of(inputs[i], sizes), entry.fill, "", 0};
        if (const auto file = files.find(i); file != files.end())
            input = {file->second.shape, ipc::Fill::file, file->second.path, file->second.offset};
        const auto bytes = tensor_bytes(inputs[i].dtype, input.shape);
        total += std::min(bytes.value_or(kMaxWarmUpBytes + 1), kMaxWarmUpBytes + 1);
        warm_up.inputs.push_back(std::move(input));
    }
    if (total > kMaxWarmUpBytes)
        throw TomlFault(entry.place + ": its inputs have more than 1 GiB together: make `dims` " +
                        "smaller, or set warmup = false");
    return warm_up;
}

}  // namespace

WarmUps read_warm_ups(TomlReader& top, const std::vector<ipc::TensorSpec>& inputs) {
    WarmUps warm_ups;
    warm_ups.stated = top.has("warmup");
    if (top.is_boolean("warmup")) {
        if (top.boolean("warmup")) warm_ups.stated = false;
        return warm_ups;
    }
    for (TomlReader& reader : top.tables("warmup"))
        warm_ups.entries.push_back(read_entry(reader, inputs));
    if (warm_ups.entries.size() > ipc::kMaxWarmUps)
        top.fail("warmup", "stands more than " + std::to_string(ipc::kMaxWarmUps) + " times");
    return warm_ups;
}

std::vector<ipc::WarmUp> plan_warm_ups(
    const WarmUps& warm_ups, const std::vector<ipc::TensorSpec>& inputs, const ipc::MaskSpec& mask,
    const std::function<Result<WarmUpFile>(const std::string&)>& take) {
    Sizes otherwise;
    if (mask.height > 0) otherwise = {{"height", mask.height}, {"width", mask.width}};
    std::vector<ipc::WarmUp> plans;
    plans.reserve(warm_ups.entries.size() + 1);
    for (const WarmUpEntry& entry : warm_ups.entries)
        plans.push_back(plan(entry, inputs, otherwise, take));
    if (warm_ups.stated) return plans;
    try {
        plans.push_back(plan({}, inputs, otherwise, take));
    } catch (const TomlFault&) {  // fixed sizes that are too large to make up unasked
    }
    return plans;
}

}  // namespace samovar::daemon
