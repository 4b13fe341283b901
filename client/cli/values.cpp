#include "client/cli/values.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

#include <samovar/limits.hpp>

#include "client/cli/exit_code.hpp"
#include "client/cli/half.hpp"

namespace samovar::cli {
namespace {

template <class Element>
void append(Element element, std::vector<std::byte>& bytes) {
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof element);
    std::memcpy(bytes.data() + at, &element, sizeof element);
}

// A finite number that `most` cannot hold does not fit; infinities do.
std::optional<double> floating(const Json& value, double most) {
    double number = 0;
    if (value.is_number())
        number = value.get<double>();
    else if (value == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    else if (value == "Infinity" || value == "-Infinity")
        return value == "Infinity" ? INFINITY : -INFINITY;
    else
        return std::nullopt;
    return std::fabs(number) <= most ? std::optional(number) : std::nullopt;
}

template <class Integer>
std::optional<Integer> integer(const Json& value) {
    constexpr auto kLeast = std::numeric_limits<Integer>::min();
    constexpr auto kMost = std::numeric_limits<Integer>::max();
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(kMost)) return std::nullopt;
        return static_cast<Integer>(number);
    }
    if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        if (number < static_cast<std::int64_t>(kLeast)) return std::nullopt;
        return static_cast<Integer>(number);  // negative, so not above kMost
    }
    if (!value.is_number_float()) return std::nullopt;
    const auto number = value.get<double>();  // 1e3, 2.0
    // The parser makes a double of an integer beyond 64 bits: -2^63 - 1 is -2^63 then.
    const double limit = std::ldexp(1.0, 63);
    if (number != std::floor(number) || number <= -limit || number >= limit) return std::nullopt;
    const auto whole = static_cast<std::int64_t>(number);
    if (whole < kLeast || whole > kMost) return std::nullopt;
    return static_cast<Integer>(whole);
}

template <class Integer>
bool append_integer(const Json& value, std::vector<std::byte>& bytes) {
    const auto number = integer<Integer>(value);
    if (number) append(*number, bytes);
    return number.has_value();
}

bool append_truth(const Json& value, std::vector<std::byte>& bytes) {
    if (value.is_boolean())
        append(static_cast<std::uint8_t>(value.get<bool>()), bytes);
    else if (const auto number = integer<std::uint8_t>(value); number && *number <= 1)
        append(*number, bytes);
    else
        return false;
    return true;
}

// False where the value does not fit.
bool append_element(const Json& value, DType dtype, std::vector<std::byte>& bytes) {
    const auto as_float = [&](double most, auto append_it) {
        const auto number = floating(value, most);
        if (number) append_it(*number);
        return number.has_value();
    };
    constexpr double kMostFloat = std::numeric_limits<float>::max();
    switch (dtype) {
        case DType::float64:
            return as_float(std::numeric_limits<double>::max(),
                            [&](double x) { append(x, bytes); });
        case DType::float32:
            return as_float(kMostFloat, [&](double x) { append(static_cast<float>(x), bytes); });
        case DType::float16:
            return as_float(65504,
                            [&](double x) { append(half_of_float(static_cast<float>(x)), bytes); });
        case DType::bfloat16:
            return as_float(kMostFloat, [&](double x) {
                append(bfloat16_of_float(static_cast<float>(x)), bytes);
            });
        case DType::int8: return append_integer<std::int8_t>(value, bytes);
        case DType::uint8: return append_integer<std::uint8_t>(value, bytes);
        case DType::int16: return append_integer<std::int16_t>(value, bytes);
        case DType::int32: return append_integer<std::int32_t>(value, bytes);
        case DType::int64: return append_integer<std::int64_t>(value, bytes);
        case DType::boolean: return append_truth(value, bytes);
        case DType::encoded_image: return false;
    }
    return false;
}

Result<void> append_all(const Json& value, std::size_t depth, Tensor& tensor) {
    if (depth == tensor.shape.size()) {
        if (append_element(value, tensor.dtype, tensor.bytes)) return {};
        if (value.is_array()) return usage_error("its lists are not equally deep");
        return usage_error(fmt::format("{} is no {}", value.dump(), to_string(tensor.dtype)));
    }
    if (!value.is_array()) return usage_error("its lists are not equally deep");
    if (value.size() != tensor.shape[depth]) return usage_error("its lists are not equally long");
    for (const Json& item : value)
        if (Result<void> appended = append_all(item, depth + 1, tensor); !appended) return appended;
    return {};
}

template <class Element>
Element element_at(std::span<const std::byte> bytes, std::size_t index) {
    Element element;
    std::memcpy(&element, bytes.data() + index * sizeof element, sizeof element);
    return element;
}

// A float's shortest decimal, not that of the double which is nearest to the float.
template <class Float>
Json number_of(Float value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

Json value_at(DType dtype, std::span<const std::byte> bytes, std::size_t i) {
    switch (dtype) {
        case DType::float32: return number_of(element_at<float>(bytes, i));
        case DType::float64: return number_of(element_at<double>(bytes, i));
        case DType::float16: return number_of(float_of_half(element_at<std::uint16_t>(bytes, i)));
        case DType::bfloat16:
            return number_of(float_of_bfloat16(element_at<std::uint16_t>(bytes, i)));
        case DType::int8: return element_at<std::int8_t>(bytes, i);
        case DType::uint8: return element_at<std::uint8_t>(bytes, i);
        case DType::int16: return element_at<std::int16_t>(bytes, i);
        case DType::int32: return element_at<std::int32_t>(bytes, i);
        case DType::int64: return element_at<std::int64_t>(bytes, i);
        case DType::boolean: return element_at<std::uint8_t>(bytes, i) != 0;
        case DType::encoded_image: break;
    }
    return nullptr;
}

Json nested(DType dtype, std::span<const std::uint64_t> shape, std::span<const std::byte> bytes,
            std::size_t& next) {
    if (shape.empty()) return value_at(dtype, bytes, next++);
    Json list = Json::array();
    for (std::uint64_t i = 0; i < shape[0]; ++i)
        list.push_back(nested(dtype, shape.subspan(1), bytes, next));
    return list;
}

}  // namespace

bool is_literal(std::string_view word) {
    if (word.starts_with("[") || word == "true" || word == "false") return true;
    return Json::accept(word) && Json::parse(word).is_number();
}

Result<Tensor> parse_literal(std::string_view text, DType dtype) {
    const Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded())
        return usage_error(fmt::format("\"{}\" is no list of numbers", text.substr(0, 40)),
                           "write it as in --input x=[[1,2],[3,4]], in quotes if it has spaces");
    Tensor tensor{dtype, {}, {}};
    for (const Json* inner = &value; inner->is_array(); inner = &inner->front()) {
        tensor.shape.push_back(inner->size());
        if (tensor.shape.size() > kMaxRank)
            return usage_error("it has more than " + std::to_string(kMaxRank) + " axes");
        if (inner->empty()) break;
    }
    if (Result<void> appended = append_all(value, 0, tensor); !appended) return appended.error();
    return tensor;
}

Json values_of(DType dtype, const Shape& shape, std::span<const std::byte> elements) {
    std::size_t next = 0;
    return nested(dtype, shape, elements, next);
}

}  // namespace samovar::cli
