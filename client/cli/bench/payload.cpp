#include "client/cli/bench/payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include <samovar/limits.hpp>

#include "client/cli/exit_code.hpp"
#include "client/cli/files.hpp"
#include "client/cli/half.hpp"
#include "client/cli/run/inputs.hpp"
#include "client/cli/run/texts.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace {

constexpr std::uint64_t kPictureSide = 512;
constexpr const char* kMadeUpText = "it has been a long day, and the tea is still hot";

template <class Element>
void put(std::vector<std::byte>& bytes, std::size_t index, Element element) {
    std::memcpy(bytes.data() + index * sizeof element, &element, sizeof element);
}

void fill(Tensor& tensor, bool picture) {
    const std::size_t size = element_size(tensor.dtype);
    for (std::size_t i = 0; i < tensor.bytes.size() / size; ++i) {
        const auto step = static_cast<std::uint8_t>(i * 37 % 251);
        const float share = static_cast<float>(step) / 251;
        switch (tensor.dtype) {
            case DType::float32: put(tensor.bytes, i, share); break;
            case DType::float64: put(tensor.bytes, i, static_cast<double>(share)); break;
            case DType::float16: put(tensor.bytes, i, half_of_float(share)); break;
            case DType::bfloat16: put(tensor.bytes, i, bfloat16_of_float(share)); break;
            default:
                if (picture) put(tensor.bytes, i, step);
        }
    }
}

Result<std::uint64_t> size_of(const Axis& axis, bool picture, const Sizes& sizes) {
    const auto wanted = sizes.find(axis.name);
    if (axis.name.empty() || wanted == sizes.end())
        return picture && !axis.name.empty() ? std::clamp(kPictureSide, axis.min, axis.max)
                                             : axis.min;
    if (wanted->second >= axis.min && wanted->second <= axis.max) return wanted->second;
    return usage_error(fmt::format("--size {}={} is out of bounds", axis.name, wanted->second),
                       fmt::format("it is {} to {}", axis.min, axis.max));
}

Result<NamedTensor> made_up(const TensorSpec& spec, const Sizes& sizes) {
    const bool picture = spec.image || (spec.dtype == DType::uint8 && spec.shape.size() == 3);
    NamedTensor made{spec.name, {spec.dtype, {}, {}}};
    for (const Axis& axis : spec.shape) {
        const Result<std::uint64_t> size = size_of(axis, picture, sizes);
        if (!size) return size.error();
        made.tensor.shape.push_back(*size);
    }
    const auto bytes = tensor_bytes(spec.dtype, made.tensor.shape);
    if (!bytes || *bytes > kMaxChannelBytes)
        return usage_error(
            fmt::format("input {} would be {} {}, more than {}", spec.name, to_string(spec.dtype),
                        to_string(made.tensor.shape), bytes_in_words(kMaxChannelBytes)),
            "give smaller sizes with --size NAME=NUMBER");
    made.tensor.bytes.resize(static_cast<std::size_t>(*bytes));
    fill(made.tensor, picture);
    return made;
}

Result<void> check_names(const ModelInfo& model, const Sizes& sizes) {
    std::set<std::string> names;
    for (const TensorSpec& spec : model.inputs)
        for (const Axis& axis : spec.shape)
            names.insert(axis.name);
    names.erase("");
    for (const auto& [name, size] : sizes) {
        if (names.contains(name)) continue;
        std::string all;
        for (const std::string& known : names)
            all += (all.empty() ? "" : ", ") + known;
        return usage_error(
            fmt::format("no input of {} has a size \"{}\"", model.summary.name, name),
            all.empty() ? "all of its sizes are fixed" : "there are " + all);
    }
    return {};
}

Payload payload_of(std::vector<Input> inputs) {
    Payload payload;
    for (Input& input : inputs) {
        std::vector<std::byte> bytes = std::move(input.data);
        if (input.slot) {
            const auto elements =
                input.slot.bytes().first(tensor_bytes(input.dtype, input.shape).value_or(0));
            bytes.assign(elements.begin(), elements.end());
        }
        payload.push_back({input.name, {input.dtype, std::move(input.shape), std::move(bytes)}});
    }
    return payload;
}

Result<std::vector<Payload>> texts_given(const RunRequest& request) {
    if (!request.texts.empty()) return std::vector<Payload>{of_texts(request.texts)};
    std::vector<Payload> payloads;
    for (const std::string& path : request.files) {
        const Result<std::vector<std::byte>> file = read_file(path, kMaxTextsBytes);
        if (!file) return file.error();
        const auto texts = lines_of({reinterpret_cast<const char*>(file->data()), file->size()});
        if (texts.empty()) return Error{Errc::bad_input, path + " holds no line", "", 0, 0};
        payloads.push_back(of_texts(texts));
    }
    return payloads;
}

Result<std::vector<Payload>> tensors_given(const RunRequest& request, const ModelInfo& model,
                                           Client& client) {
    const Result<Inputs> inputs = Inputs::make(request, model);
    if (!inputs) return inputs.error();
    std::vector<Payload> payloads;
    for (std::size_t i = 0; i < request.jobs(); ++i) {
        std::optional<FileInput> file;
        if (inputs->of_file()) {
            Result<FileInput> opened = FileInput::open(request.files[i], *inputs->of_file());
            if (!opened) return opened.error();
            file = std::move(*opened);
        }
        Result<std::vector<Input>> made = inputs->make_job(file ? &*file : nullptr, client);
        if (!made) return made.error();
        payloads.push_back(payload_of(*std::move(made)));
    }
    return payloads;
}

}  // namespace

Payload of_texts(const std::vector<std::string>& texts) {
    Tensor letters{DType::uint8, {}, {}};
    Tensor ends{DType::int64, {texts.size()}, std::vector<std::byte>(texts.size() * 8)};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto bytes = std::as_bytes(std::span(texts[i]));
        letters.bytes.insert(letters.bytes.end(), bytes.begin(), bytes.end());
        put(ends.bytes, i, static_cast<std::int64_t>(letters.bytes.size()));
    }
    letters.shape = {letters.bytes.size()};
    return {{"texts", std::move(letters)}, {"ends", std::move(ends)}};
}

Result<Payload> made_up(const ModelInfo& model, const Sizes& sizes) {
    if (takes_texts(model)) return of_texts({kMadeUpText});
    if (Result<void> known = check_names(model, sizes); !known) return known.error();
    Payload payload;
    for (const TensorSpec& spec : model.inputs) {
        Result<NamedTensor> made = made_up(spec, sizes);
        if (!made) return made.error();
        payload.push_back(*std::move(made));
    }
    return payload;
}

Result<std::vector<Payload>> payloads_of(const RunRequest& request, const ModelInfo& model,
                                         const Sizes& sizes, Client& client) {
    const bool given = !request.files.empty() || !request.inputs.empty() || !request.texts.empty();
    if (given && !sizes.empty())
        return usage_error("both --size and inputs are given", "give one of the two");
    if (!given) {
        Result<Payload> made = made_up(model, sizes);
        if (!made) return made.error();
        return std::vector<Payload>{*std::move(made)};
    }
    return takes_texts(model) ? texts_given(request) : tensors_given(request, model, client);
}

}  // namespace samovar::cli
