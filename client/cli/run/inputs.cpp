#include "client/cli/run/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include <samovar/limits.hpp>

#include "client/cli/exit_code.hpp"
#include "client/cli/files.hpp"
#include "client/cli/half.hpp"
#include "client/cli/npy.hpp"
#include "client/cli/words.hpp"
#include "ipc/image/image.hpp"

namespace samovar::cli {
namespace {

std::string takes(const ModelInfo& model) {
    std::string text = model.summary.name + " takes";
    for (const TensorSpec& spec : model.inputs)
        text += fmt::format("{} {}: {}", &spec == &model.inputs.front() ? "" : ";", spec.name,
                            tensor_in_words(spec));
    return text;
}

bool takes_pictures(const TensorSpec& spec) {
    return spec.dtype == DType::uint8 && spec.shape.size() == 3 && spec.shape[2].min <= 3 &&
           spec.shape[2].max >= 3;
}

const TensorSpec* find(const ModelInfo& model, const std::string& name) {
    const auto found = std::find_if(model.inputs.begin(), model.inputs.end(),
                                    [&](const TensorSpec& spec) { return spec.name == name; });
    return found == model.inputs.end() ? nullptr : &*found;
}

Result<Tensor> read_value(const std::string& value, const TensorSpec& spec) {
    if (is_literal(value)) return parse_literal(value, spec.dtype);
    if (value.empty())
        return usage_error("neither a file nor numbers stand behind the =", "give FILE or [1,2]");
    const Result<FileInput> file = FileInput::open(value, spec);
    if (!file) return file.error();
    Tensor tensor{file->dtype(), file->shape(), std::vector<std::byte>(file->bytes())};
    if (Result<void> decoded = file->decode(tensor.bytes); !decoded) return decoded.error();
    return tensor;
}

Result<Tensor> read_named(const std::string& value, const TensorSpec& spec) {
    Result<Tensor> tensor = read_value(value, spec);
    if (tensor) return tensor;
    Error error = std::move(tensor.error());
    const std::string file = is_literal(value) ? "" : "=" + value;
    error.message = fmt::format("--input {}{}: {}", spec.name, file, error.message);
    if (error.hint.empty()) error.hint = "it is " + tensor_in_words(spec);
    return error;
}

bool fits_message(std::uint64_t bytes) {
    return bytes <= kMaxInlineBytes;
}

}  // namespace

// ---- A file -------------------------------------------------------------------------------------

Result<FileInput> FileInput::open(const std::string& path, const TensorSpec& spec) {
    FileInput input;
    Result<std::vector<std::byte>> file = read_file(path);
    if (!file) return file.error();
    input.file_ = std::move(*file);
    if (is_npy(input.file_)) {
        Result<Npy> npy = parse_npy(input.file_);
        if (!npy) return npy.error();
        input.dtype_ = npy->dtype;
        input.shape_ = std::move(npy->shape);
        input.elements_ = npy->elements;
        input.bytes_ = npy->elements.size();
        // NumPy has no bfloat16; its float32 is the nearest that it can write.
        input.to_bfloat16_ = spec.dtype == DType::bfloat16 && npy->dtype == DType::float32;
        if (input.to_bfloat16_) {
            input.dtype_ = DType::bfloat16;
            input.bytes_ /= 2;
        }
        return input;
    }
    if (!takes_pictures(spec))
        return Error{Errc::bad_input, "the file is no .npy file",
                     fmt::format("input {} is {}: write it with numpy.save", spec.name,
                                 tensor_in_words(spec)),
                     0, 0};
    const Result<image::ImageInfo> info = image::probe(input.file_);
    if (!info) return info.error();
    input.picture_ = true;
    input.dtype_ = DType::uint8;
    input.shape_ = {info->height, info->width, 3};
    input.bytes_ = info->rgb_bytes();
    return input;
}

Result<void> FileInput::decode(std::span<std::byte> memory) const {
    if (picture_) return image::decode_rgb(file_, memory.first(bytes_));
    if (to_bfloat16_) {
        for (std::size_t i = 0; i < bytes_ / 2; ++i) {
            float value = 0;
            std::memcpy(&value, elements_.data() + 4 * i, sizeof value);
            const std::uint16_t bits = bfloat16_of_float(value);
            std::memcpy(memory.data() + 2 * i, &bits, sizeof bits);
        }
        return {};
    }
    if (bytes_ > 0) std::memcpy(memory.data(), elements_.data(), bytes_);
    return {};
}

// ---- A job's inputs -----------------------------------------------------------------------------

Result<Inputs> Inputs::make(const RunRequest& request, const ModelInfo& model) {
    Inputs inputs;
    for (const auto& [name, value] : request.inputs) {
        const TensorSpec* spec = find(model, name);
        if (!spec) return usage_error("the model has no input \"" + name + "\"", takes(model));
        const bool twice = std::any_of(inputs.named_.begin(), inputs.named_.end(),
                                       [&](const Named& other) { return other.name == name; });
        if (twice) return usage_error("input \"" + name + "\" is given twice", takes(model));
        Result<Tensor> tensor = read_named(value, *spec);
        if (!tensor) return tensor.error();
        inputs.named_.push_back({name, std::move(*tensor)});
    }
    const std::size_t open = model.inputs.size() - inputs.named_.size();
    const std::size_t wanted = request.files.empty() ? 0 : 1;
    if (open < wanted)
        return usage_error(
            "all inputs are given by name, so there is none for " + request.files.front(),
            "leave out the files, or one --input");
    if (open > wanted)
        return usage_error(
            wanted == 0 ? "no file is given, and not every input by name"
                        : "a file is one input, and the model takes more",
            fmt::format("give {} with --input NAME=FILE.npy or --input NAME=[1,2,3]; {}",
                        wanted == 0 ? "each input" : "the others", takes(model)));
    for (const TensorSpec& spec : model.inputs)
        if (wanted == 1 &&
            std::none_of(inputs.named_.begin(), inputs.named_.end(),
                         [&](const Named& other) { return other.name == spec.name; }))
            inputs.of_file_ = &spec;
    return inputs;
}

std::uint64_t Inputs::shared_slot_bytes() const noexcept {
    std::uint64_t bytes = 0;
    for (const Named& named : named_)
        if (!fits_message(named.tensor.bytes.size())) bytes += named.tensor.bytes.size();
    return bytes;
}

Result<std::vector<Input>> Inputs::make_job(const FileInput* file, Client& client) const {
    std::vector<Input> inputs;
    for (const Named& named : named_) {
        const Tensor& tensor = named.tensor;
        Input& input = inputs.emplace_back(
            Input{named.name, tensor.dtype, tensor.shape, Slot(), std::vector<std::byte>()});
        if (fits_message(tensor.bytes.size())) {
            input.data = tensor.bytes;
            continue;
        }
        Result<Slot> slot = client.take(tensor.bytes.size());
        if (!slot) return slot.error();
        std::memcpy(slot->bytes().data(), tensor.bytes.data(), tensor.bytes.size());
        input.slot = std::move(*slot);
    }
    if (!file) return inputs;
    Input& input = inputs.emplace_back(
        Input{of_file_->name, file->dtype(), file->shape(), Slot(), std::vector<std::byte>()});
    if (fits_message(file->bytes())) {
        input.data.resize(file->bytes());
    } else {
        Result<Slot> slot = client.take(file->bytes());
        if (!slot) return slot.error();
        input.slot = std::move(*slot);
    }
    const std::span<std::byte> memory = input.slot ? input.slot.bytes() : std::span(input.data);
    if (Result<void> decoded = file->decode(memory); !decoded) return decoded.error();
    return inputs;
}

std::map<std::string, std::uint64_t> sizes_of(const std::vector<Input>& inputs,
                                              const std::vector<TensorSpec>& specs) {
    std::map<std::string, std::uint64_t> sizes;
    for (const Input& input : inputs) {
        const auto spec =
            std::find_if(specs.begin(), specs.end(),
                         [&](const TensorSpec& candidate) { return candidate.name == input.name; });
        if (spec == specs.end() || spec->shape.size() != input.shape.size()) continue;
        for (std::size_t i = 0; i < input.shape.size(); ++i)
            if (!spec->shape[i].name.empty()) sizes.emplace(spec->shape[i].name, input.shape[i]);
    }
    return sizes;
}

}  // namespace samovar::cli
