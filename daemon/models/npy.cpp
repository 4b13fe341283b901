#include "daemon/models/npy.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>

#include <samovar/limits.hpp>

namespace samovar::daemon {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxNpyHeaderBytes = 64u << 10;  // one of plain elements has about 100

Error no_npy(const std::string& what) {
    return {Errc::bad_model, "is no .npy file that can be used: " + what,
            "write it with numpy.save() from an array of the input's own type, in C order", 0, 0};
}

std::optional<DType> dtype_of_descr(std::string_view descr) {
    static constexpr std::array<std::pair<std::string_view, DType>, 11> kWords{{
        {"<f4", DType::float32},
        {"<f8", DType::float64},
        {"<f2", DType::float16},
        {"|i1", DType::int8},
        {"|u1", DType::uint8},
        {"<i1", DType::int8},
        {"<u1", DType::uint8},
        {"<i2", DType::int16},
        {"<i4", DType::int32},
        {"<i8", DType::int64},
        {"|b1", DType::boolean},
    }};
    for (const auto& [word, dtype] : kWords)
        if (word == descr) return dtype;
    return std::nullopt;
}

// What stands behind `'key':` in the header's dictionary.
std::string_view value_of(std::string_view text, std::string_view key) {
    const std::size_t at = text.find("'" + std::string(key) + "'");
    if (at == text.npos) return {};
    const std::size_t colon = text.find(':', at);
    if (colon == text.npos) return {};
    const std::size_t begin = text.find_first_not_of(' ', colon + 1);
    return begin == text.npos ? std::string_view{} : text.substr(begin);
}

// "(2, 16)" "(2,)" "()".
std::optional<Shape> shape_of_tuple(std::string_view text) {
    Shape shape;
    if (text.empty() || text.front() != '(') return std::nullopt;
    text.remove_prefix(1);
    while (true) {
        while (!text.empty() && (text.front() == ' ' || text.front() == ','))
            text.remove_prefix(1);
        if (text.empty()) return std::nullopt;
        if (text.front() == ')') return shape;
        std::uint64_t size = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (fault != std::errc() || shape.size() == kMaxRank) return std::nullopt;
        shape.push_back(size);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text, std::uint64_t file_bytes) {
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(text[at]));
    };
    if (text.size() < 12 || !text.starts_with(kMagic)) return no_npy("it does not begin as one");
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) return no_npy("its version is not known");
    const std::size_t begin = version == 1 ? 10 : 12;
    const std::size_t length =
        byte(8) + (byte(9) << 8) + (version == 1 ? 0 : (byte(10) << 16) + (byte(11) << 24));
    if (length > kMaxNpyHeaderBytes || begin + length > text.size())
        return no_npy("its header is too long, or cut short");
    const std::string_view header = text.substr(begin, length);
    const std::string_view descr = value_of(header, "descr");
    const std::size_t close = descr.size() > 1 ? descr.find('\'', 1) : descr.npos;
    if (descr.empty() || descr.front() != '\'' || close == descr.npos)
        return no_npy("its elements have no plain type");
    const auto dtype = dtype_of_descr(descr.substr(1, close - 1));
    if (!dtype) return no_npy("type " + std::string(descr.substr(1, close - 1)) + " is not known");
    if (!value_of(header, "fortran_order").starts_with("False"))
        return no_npy("its elements are not in C order");
    const auto shape = shape_of_tuple(value_of(header, "shape"));
    if (!shape) return no_npy("its shape cannot be read");
    const auto bytes = tensor_bytes(*dtype, *shape);
    if (!bytes || file_bytes < begin + length || *bytes != file_bytes - begin - length)
        return no_npy("its length is not that of " + to_string(*shape));
    return NpyHeader{*dtype, *shape, begin + length};
}

Result<NpyHeader> read_npy_header(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return io_error(file.string(), errno);
    std::string text(kMaxNpyHeaderBytes + 12, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    std::error_code fault;
    const std::uintmax_t bytes = std::filesystem::file_size(file, fault);
    if (fault) return io_error(file.string(), fault.value());
    return parse_npy_header(text, bytes);
}

}  // namespace samovar::daemon
