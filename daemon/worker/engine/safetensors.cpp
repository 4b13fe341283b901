#include "daemon/worker/engine/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include <samovar/limits.hpp>

namespace samovar::worker {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
// {"name": {"shape": [...]}}: objects and lists begin at depths 0, 1 and 2.
constexpr int kMaxDepth = 2;

Error bad_weights(std::string what) {
    return {Errc::bad_model, "not a safetensors file that can be used: " + std::move(what),
            "write the weights again with `python -m samovar.export`", 0, 0};
}

std::string in_quotes(const std::string& name) {
    return "tensor '" + name + "'";
}

std::optional<DType> dtype_of(const std::string& word) {
    static constexpr std::array<std::pair<std::string_view, DType>, 10> kWords{{
        {"F64", DType::float64},
        {"F32", DType::float32},
        {"F16", DType::float16},
        {"BF16", DType::bfloat16},
        {"I64", DType::int64},
        {"I32", DType::int32},
        {"I16", DType::int16},
        {"I8", DType::int8},
        {"U8", DType::uint8},
        {"BOOL", DType::boolean},
    }};
    for (const auto& [text, dtype] : kWords)
        if (text == word) return dtype;
    return std::nullopt;
}

// The JSON, or nothing where it is malformed, too deep, or names a key twice.
std::optional<Json> parse_json(std::span<const std::byte> text) {
    const auto* begin = reinterpret_cast<const char*>(text.data());
    std::array<std::set<std::string>, 2> keys;  // of the file, and of the tensor under way
    bool acceptable = true;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start && depth == 1) keys[1].clear();
        if ((event == Json::parse_event_t::object_start ||
             event == Json::parse_event_t::array_start) &&
            depth > kMaxDepth)
            acceptable = false;
        if (event == Json::parse_event_t::key && depth >= 1 && depth <= 2)
            acceptable = keys[static_cast<std::size_t>(depth - 1)]
                             .insert(value.get_ref<const std::string&>())
                             .second &&
                         acceptable;
        return acceptable;
    };
    Json json = Json::parse(begin, begin + text.size(), watch, false);
    if (!acceptable || !json.is_object()) return std::nullopt;
    return json;
}

std::optional<std::vector<std::uint64_t>> counts(const Json& list, std::size_t most) {
    if (!list.is_array() || list.size() > most) return std::nullopt;
    std::vector<std::uint64_t> numbers;
    for (const Json& number : list) {
        if (!number.is_number_unsigned()) return std::nullopt;
        numbers.push_back(number.get<std::uint64_t>());
    }
    return numbers;
}

// One entry; `data` and `data_bytes` are where the data begin and how many there are.
Result<StoredTensor> parse_entry(const std::string& name, const Json& entry, std::uint64_t data,
                                 std::uint64_t data_bytes) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets") || !entry["dtype"].is_string())
        return bad_weights(in_quotes(name) + " is not described by dtype, shape and data_offsets");
    const auto& word = entry["dtype"].get_ref<const std::string&>();
    const auto dtype = dtype_of(word);
    if (!dtype)
        return bad_weights(in_quotes(name) + " has the element type " + word +
                           ", which is not known");
    const auto shape = counts(entry["shape"], kMaxRank);
    if (!shape)
        return bad_weights(in_quotes(name) + " has a shape that is no list of at most 8 sizes");
    const auto span = counts(entry["data_offsets"], 2);
    if (!span || span->size() != 2 || (*span)[0] > (*span)[1])
        return bad_weights(in_quotes(name) + " has data_offsets that are no [begin, end]");
    if ((*span)[1] > data_bytes)
        return bad_weights(in_quotes(name) + " ends at byte " + std::to_string((*span)[1]) +
                           " of the data, of which the file holds " + std::to_string(data_bytes) +
                           "; the file is cut short");
    StoredTensor tensor{name, *dtype, *shape, data + (*span)[0], (*span)[1] - (*span)[0]};
    if (tensor_bytes(*dtype, *shape) != tensor.bytes)
        return bad_weights(in_quotes(name) + " of shape " + to_string(*shape) + " and type " +
                           word + " does not fill its " + std::to_string(tensor.bytes) + " bytes");
    if (tensor.offset % element_size(*dtype) != 0)
        return bad_weights(in_quotes(name) + " does not begin at a multiple of its element's size");
    return tensor;
}

Result<void> check_apart(std::vector<StoredTensor>& tensors) {
    std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
        return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
    });
    for (std::size_t i = 1; i < tensors.size(); ++i)
        if (tensors[i].offset < tensors[i - 1].offset + tensors[i - 1].bytes)
            return bad_weights(in_quotes(tensors[i].name) + " overlaps " +
                               in_quotes(tensors[i - 1].name));
    return {};
}

}  // namespace

Result<std::vector<StoredTensor>> parse_safetensors_header(std::span<const std::byte> file) {
    if (file.size() < kLengthBytes) return bad_weights("it has no header");
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), kLengthBytes);
    if (length > kMaxSafetensorsHeaderBytes)
        return bad_weights("its header of " + std::to_string(length) +
                           " bytes is over the limit of " +
                           std::to_string(kMaxSafetensorsHeaderBytes));
    if (length > file.size() - kLengthBytes) return bad_weights("it ends inside its header");

    const std::optional<Json> json =
        parse_json(file.subspan(kLengthBytes, static_cast<std::size_t>(length)));
    if (!json) return bad_weights("its header is no JSON object, or names something twice");
    const std::uint64_t data = kLengthBytes + length;
    std::vector<StoredTensor> tensors;
    for (const auto& [name, entry] : json->items()) {
        if (name == "__metadata__") continue;
        Result<StoredTensor> tensor = parse_entry(name, entry, data, file.size() - data);
        if (!tensor) return std::move(tensor).error();
        tensors.push_back(std::move(*tensor));
    }
    if (Result<void> apart = check_apart(tensors); !apart) return std::move(apart).error();
    return tensors;
}

}  // namespace samovar::worker
