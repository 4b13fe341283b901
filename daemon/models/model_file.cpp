#include "daemon/models/model_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "daemon/models/cache_rules.hpp"
#include "daemon/models/load_options.hpp"
#include "daemon/models/residency_rules.hpp"
#include "daemon/models/toml_letters.hpp"

namespace samovar::daemon {
namespace {

constexpr std::uint64_t kLargestSize = 65536;  // of a named axis without bounds of its own
constexpr std::int64_t kLargestBound = std::int64_t{1} << 40;

using Bounds = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>, std::less<>>;

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_plain_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos &&
           name.find('\0') == name.npos && name.size() <= 255;
}

std::string read_device(TomlReader& reader) {
    const std::string device = reader.text("device", "auto");
    if (device == "auto" || device == "cpu" || device == "cuda") return device;
    if (device.starts_with("cuda:")) {
        unsigned index = 0;
        const char* end = device.data() + device.size();
        const auto [stop, fault] = std::from_chars(device.data() + 5, end, index);
        if (fault == std::errc() && stop == end && index < 64) return device;
    }
    reader.fail("device", "\"" + device + "\" is none of \"auto\", \"cpu\", \"cuda\", \"cuda:N\"");
}

CodeEntry read_code(TomlReader& reader) {
    reader.allow({"file", "format", "device", "weights"});
    CodeEntry code;
    code.file = reader.text("file");
    if (!is_plain_file_name(code.file)) reader.fail("file", "must be a file name, without a path");
    const bool pt2 = ends_with(code.file, ".pt2");
    if (!pt2 && !ends_with(code.file, ".pt") && !reader.has("format"))
        reader.fail("format", "is required where the file ends neither in .pt nor in .pt2");
    const std::string format =
        reader.one_of("format", {"pt2", "torchscript"}, pt2 ? "pt2" : "torchscript");
    code.format = format == "pt2" ? ipc::CodeFormat::pt2 : ipc::CodeFormat::torchscript;
    code.device = reader.one_of("device", {"any", "cpu", "cuda"}, format == "pt2" ? "cpu" : "any");
    if (format == "pt2" && code.device == "any")
        reader.fail("device", "a .pt2 is compiled for one kind of device: \"cpu\" or \"cuda\"");
    code.weights = reader.text("weights", "");
    if (!code.weights.empty() && !is_plain_file_name(code.weights))
        reader.fail("weights", "must be a file name, without a path");
    if (!code.weights.empty() && format != "pt2")
        reader.fail("weights", "TorchScript carries its weights inside; only a .pt2 takes a file");
    reader.finish();
    return code;
}

std::vector<ipc::Axis> read_shape(TomlReader& reader, const Bounds& bounds) {
    const toml::array* list = reader.array("shape");
    if (!list) reader.fail("shape", "is required");
    if (list->size() > kMaxRank)
        reader.fail("shape", "has more than " + std::to_string(kMaxRank) + " axes");
    std::vector<ipc::Axis> shape;
    for (const toml::node& node : *list) {
        ipc::Axis axis;
        if (node.is_integer()) {
            const std::int64_t size = node.as_integer()->get();
            if (size < 0 || size > kLargestBound)
                reader.fail_at(node, "shape", "a size is out of range");
            axis.min = axis.max = static_cast<std::uint64_t>(size);
        } else if (node.is_string()) {
            axis.name = from_plain_letters(node.as_string()->get());
            if (axis.name.empty() || axis.name.size() > kMaxNameBytes)
                reader.fail_at(node, "shape", "a size's name has 1 to 64 bytes");
            const auto found = bounds.find(axis.name);
            axis.min = found == bounds.end() ? 1 : found->second.first;
            axis.max = found == bounds.end() ? kLargestSize : found->second.second;
        } else {
            reader.fail_at(node, "shape", "must hold integers and names");
        }
        shape.push_back(std::move(axis));
    }
    return shape;
}

std::vector<ipc::TensorSpec> read_tensors(TomlReader& top, std::string_view key,
                                          const Bounds& bounds) {
    std::vector<ipc::TensorSpec> tensors;
    std::set<std::string> names;
    for (TomlReader& reader : top.tables(key)) {
        reader.allow({"name", "dtype", "shape", "kind"});
        ipc::TensorSpec tensor;
        tensor.name = reader.text("name");
        if (tensor.name.empty() || tensor.name.size() > kMaxNameBytes)
            reader.fail("name", "must have 1 to 64 bytes");
        if (!names.insert(tensor.name).second) reader.fail("name", "stands twice");
        const std::string type = reader.text("dtype");
        const auto dtype = parse_dtype(type);
        if (!dtype || *dtype == DType::encoded_image)
            reader.fail("dtype",
                        "\"" + type +
                            "\" is none of float32, float64, float16, bfloat16, int8, uint8, "
                            "int16, int32, int64, bool");
        tensor.dtype = *dtype;
        tensor.shape = read_shape(reader, bounds);
        if (key == "input")
            tensor.image = reader.one_of("kind", {"tensor", "image"}, "tensor") == "image";
        reader.finish();
        tensors.push_back(std::move(tensor));
    }
    if (tensors.size() > kMaxTensors)
        top.fail(key, "stands more than " + std::to_string(kMaxTensors) + " times");
    return tensors;
}

Bounds read_bounds(TomlReader& top) {
    Bounds bounds;
    auto reader = top.table("dims");
    if (!reader) return bounds;
    for (const std::string& key : reader->keys()) {
        const std::vector<double> pair = reader->numbers(key, 2, {});
        if (pair[0] < 0 || pair[1] < pair[0] || pair[1] > static_cast<double>(kLargestBound) ||
            pair[0] != std::floor(pair[0]) || pair[1] != std::floor(pair[1]))
            reader->fail(key, "must be [smallest, largest], whole numbers");
        bounds[key] = {static_cast<std::uint64_t>(pair[0]), static_cast<std::uint64_t>(pair[1])};
    }
    reader->finish();
    return bounds;
}

ipc::MaskSpec read_mask(TomlReader& top) {
    auto reader = top.table("mask");
    if (!reader) top.fail("mask", "is required for task \"mask\"");
    reader->allow(
        {"size", "interpolation", "antialias", "scale", "mean", "std", "activation", "range"});
    ipc::MaskSpec mask;
    if (!reader->has("size")) reader->fail("size", "is required");
    const std::vector<double> size = reader->numbers("size", 2, {});
    for (const double side : size)
        if (side < 1 || side > 8192 || side != std::floor(side))
            reader->fail("size", "must be [height, width], whole numbers from 1 to 8192");
    mask.height = static_cast<std::uint32_t>(size[0]);
    mask.width = static_cast<std::uint32_t>(size[1]);
    const std::string way =
        reader->one_of("interpolation", {"nearest", "bilinear", "bicubic"}, "bilinear");
    mask.interpolation = way == "nearest"    ? ipc::Interpolation::nearest
                         : way == "bilinear" ? ipc::Interpolation::bilinear
                                             : ipc::Interpolation::bicubic;
    mask.antialias = reader->boolean("antialias", false);
    if (mask.antialias && way == "nearest")
        reader->fail("antialias", "goes with \"bilinear\" and \"bicubic\" only");
    mask.scale = static_cast<float>(reader->number("scale", 1.0 / 255.0));
    const std::vector<double> mean = reader->numbers("mean", 3, {0, 0, 0});
    const std::vector<double> std = reader->numbers("std", 3, {1, 1, 1});
    for (std::size_t i = 0; i < 3; ++i) {
        if (!(std[i] > 0)) reader->fail("std", "must be above 0");
        mask.mean[i] = static_cast<float>(mean[i]);
        mask.std[i] = static_cast<float>(std[i]);
    }
    mask.sigmoid = reader->one_of("activation", {"none", "sigmoid"}, "none") == "sigmoid";
    const std::vector<double> range = reader->numbers("range", 2, {0, 1});
    if (!(range[0] < range[1])) reader->fail("range", "must be [low, high] with low < high");
    mask.low = static_cast<float>(range[0]);
    mask.high = static_cast<float>(range[1]);
    reader->finish();
    return mask;
}

// What a mask job brings and gets; `info` shows it like any other model's tensors.
void declare_mask_tensors(ModelFile& model) {
    const ipc::Axis height{"height", 1, kLargestSize}, width{"width", 1, kLargestSize};
    model.inputs = {{"image", DType::uint8, {height, width, {"", 3, 3}}, true}};
    model.outputs = {{"cutout", DType::uint8, {height, width, {"", 4, 4}}, false}};
}

void read_tensor_task(TomlReader& top, ModelFile& model) {
    const Bounds bounds = read_bounds(top);
    model.inputs = read_tensors(top, "input", bounds);
    model.outputs = read_tensors(top, "output", bounds);
    if (model.inputs.empty()) top.fail("input", "is required: at least one [[input]]");
    if (model.outputs.empty()) top.fail("output", "is required: at least one [[output]]");
}

void read_task(TomlReader& top, ModelFile& model) {
    const std::string task = top.one_of("task", {"tensor", "mask", "classify-text", "embed-text"});
    if (task == "tensor") {
        model.task = ipc::Task::tensor;
        return read_tensor_task(top, model);
    }
    if (task == "mask") {
        model.task = ipc::Task::mask;
        model.mask = read_mask(top);
        return declare_mask_tensors(model);
    }
    model.task = task == "embed-text" ? ipc::Task::embed_text : ipc::Task::classify_text;
    model.text = read_text_table(top, model.task);
    model.inputs = text_inputs(model.text);
    model.outputs = text_outputs(model.text, model.task);
}

std::map<std::string, std::string> read_sha256(TomlReader& top, const ModelFile& model) {
    std::map<std::string, std::string> sums;
    auto reader = top.table("sha256");
    if (!reader) return sums;
    const std::set<std::string> files = files_of(model);
    for (const std::string& file : reader->keys()) {
        if (!files.contains(file)) reader->fail(file, "is no file that this model.toml names");
        std::string sum = reader->text(file);
        for (char& digit : sum)
            if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
        if (sum.size() != 64 || sum.find_first_not_of("0123456789abcdef") != sum.npos)
            reader->fail(file, "must be 64 hexadecimal digits, as `sha256sum` prints them");
        sums[file] = std::move(sum);
    }
    reader->finish();
    return sums;
}

}  // namespace

std::set<std::string> files_of(const ModelFile& model) {
    std::set<std::string> files;
    for (const CodeEntry& code : model.codes) {
        files.insert(code.file);
        if (!code.weights.empty()) files.insert(code.weights);
    }
    if (ipc::is_of_texts(model.task)) files.insert(model.text.vocabulary);
    for (const auto& entry : model.warm_ups.entries)
        for (const auto& [input, file] : entry.files)
            files.insert(file.name);
    return files;
}

bool is_model_name(std::string_view name) noexcept {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (name.empty() || name.size() > kMaxNameBytes || !plain(name.front())) return false;
    return std::all_of(name.begin(), name.end(),
                       [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

ModelFile parse_model_file(std::string_view text, const std::string& file,
                           const std::string& folder_name) {
    const toml::table table = parse_toml(text, file);
    TomlReader top(table, file);
    top.allow({"name",      "description",     "task",         "device",    "isolation",
               "max_run",   "threads",         "code",         "mask",      "text",
               "batch",     "limits",          "input",        "output",    "dims",
               "residency", "warmup",          "load_threads", "precision", "channels_last",
               "freeze",    "cudnn_benchmark", "reserve",      "cache",     "sha256"});
    ModelFile model;
    model.name = top.text("name", folder_name);
    if (!is_model_name(model.name))
        top.fail("name", "\"" + model.name + "\" must match [a-z0-9][a-z0-9._-]{0,63}");
    model.description = top.text("description", "");
    if (model.description.size() > kMaxDescriptionBytes)
        top.fail("description", "has more than " + std::to_string(kMaxDescriptionBytes) + " bytes");
    model.device = read_device(top);
    model.own_worker = top.one_of("isolation", {"device", "model"}, "device") == "model";
    model.max_run = std::chrono::milliseconds(top.duration_ms("max_run", 10, 3'600'000, 30'000));
    model.threads = static_cast<std::uint32_t>(top.integer("threads", 0, 1024, 0));
    for (TomlReader& reader : top.tables("code"))
        model.codes.push_back(read_code(reader));
    if (model.codes.empty()) top.fail("code", "is required: at least one [[code]]");
    read_task(top, model);
    const bool torchscript = std::any_of(
        model.codes.begin(), model.codes.end(),
        [](const CodeEntry& code) { return code.format == ipc::CodeFormat::torchscript; });
    model.options = read_load_options(top, torchscript);
    model.bounds = read_model_bounds(top);
    model.cache_bytes = read_cache(top);
    model.batch = ipc::is_of_texts(model.task)
                      ? read_text_batch(top, model.text.spec.max_length)
                      : read_batch(top, model.task, model.inputs, model.outputs);
    model.warm_ups = read_warm_ups(top, model.inputs);
    if (model.batch.spec.measure && model.warm_ups.stated && model.warm_ups.entries.empty())
        top.fail("warmup",
                 "false leaves nothing to measure batch.max = \"auto\" with: remove it, or "
                 "give a number");
    model.sha256 = read_sha256(top, model);
    model.residency = read_residency(top, machine_zone);
    if (model.residency.pinned) model.pinned_at = top.table("residency")->place("pinned");
    top.finish();
    return model;
}

}  // namespace samovar::daemon
