#include "client/cli/npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <samovar/limits.hpp>

#include "client/cli/half.hpp"

namespace samovar::cli {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
// Where elements may begin: numpy pads to this, for those who map files.
constexpr std::size_t kAlignment = 64;

struct Descr {
    std::string_view text;
    DType dtype;
};
constexpr std::array kDescrs{
    Descr{"<f4", DType::float32}, Descr{"<f8", DType::float64}, Descr{"<f2", DType::float16},
    Descr{"|i1", DType::int8},    Descr{"|u1", DType::uint8},   Descr{"<i2", DType::int16},
    Descr{"<i4", DType::int32},   Descr{"<i8", DType::int64},   Descr{"|b1", DType::boolean},
};

Error bad(std::string what, std::string hint = "") {
    return {Errc::bad_input, std::move(what), std::move(hint), 0, 0};
}

Error bad_header() {
    return bad("the header of the .npy file is broken",
               "write it again with numpy.save(path, array)");
}

// The header: a Python dict of exactly descr, fortran_order and shape.
class Header {
  public:
    explicit Header(std::string_view text) : rest_(text) {}

    bool read() {
        if (!take("{")) return false;
        while (!take("}")) {
            const auto key = quoted();
            if (!key || !take(":") || !entry(*key)) return false;
            if (!take(",") && !peek('}')) return false;
        }
        skip_spaces();
        return rest_.empty() && descr && fortran && shape;
    }

    std::optional<std::string> descr;
    std::optional<bool> fortran;
    std::optional<Shape> shape;

  private:
    bool entry(std::string_view key) {
        if (key == "descr" && !descr) {
            if (const auto text = quoted()) descr = std::string(*text);
            // A list of fields: NumPy's structured types.
            else if (peek('['))
                descr = "a record", rest_ = skip_list();
            return descr.has_value();
        }
        if (key == "fortran_order" && !fortran) {
            if (take("True"))
                fortran = true;
            else if (take("False"))
                fortran = false;
            return fortran.has_value();
        }
        return key == "shape" && !shape && sizes();
    }

    bool sizes() {
        if (!take("(")) return false;
        Shape read;
        while (!take(")")) {
            skip_spaces();
            std::uint64_t size = 0;
            const auto [end, fault] =
                std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
            if (fault != std::errc() || read.size() == 64) return false;
            rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
            read.push_back(size);
            if (!take(",") && !peek(')')) return false;
        }
        shape = std::move(read);
        return true;
    }

    std::string_view skip_list() const {
        std::size_t depth = 0;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            if (rest_[i] == '[') ++depth;
            if (rest_[i] == ']' && --depth == 0) return rest_.substr(i + 1);
        }
        return {};
    }

    void skip_spaces() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
    }
    bool take(std::string_view word) {
        skip_spaces();
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    bool peek(char c) {
        skip_spaces();
        return rest_.starts_with(c);
    }
    std::optional<std::string_view> quoted() {
        skip_spaces();
        if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return std::nullopt;
        const std::size_t end = rest_.find(rest_[0], 1);
        if (end == rest_.npos) return std::nullopt;
        const std::string_view text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return text;
    }

    std::string_view rest_;
};

std::string known_types() {
    std::string names;
    for (const Descr& descr : kDescrs)
        names += (names.empty() ? "" : ", ") + std::string(to_string(descr.dtype));
    return names;
}

Result<DType> dtype_of(const std::string& descr) {
    for (const Descr& known : kDescrs) {
        // One byte has no order; some writers give it one.
        const bool one_byte = element_size(known.dtype) == 1;
        if (descr == known.text || (one_byte && descr == "<" + std::string(known.text.substr(1))))
            return known.dtype;
    }
    if (descr.starts_with(">"))
        return bad("the array is big-endian (" + descr + ")",
                   "write it with array.astype('<" + descr.substr(1) + "')");
    return bad("the array's element type " + descr + " is none that models take",
               "convert it to one of " + known_types());
}

std::string_view descr_of(DType dtype) {
    for (const Descr& known : kDescrs)
        if (known.dtype == dtype) return known.text;
    return "|u1";
}

}  // namespace

bool is_npy(std::span<const std::byte> file) noexcept {
    return file.size() >= kMagic.size() &&
           std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

Result<Npy> parse_npy(std::span<const std::byte> file) {
    if (!is_npy(file)) return bad("the file is no .npy file", "write one with numpy.save");
    const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(file[at]); };
    if (file.size() < 10) return bad("the .npy file is cut off in its header");
    const std::uint32_t version = byte(6);
    if (version < 1 || version > 3)
        return bad("the .npy file has format version " + std::to_string(version) +
                       ", and 1 to 3 are known",
                   "write it again with numpy.save");
    const std::size_t begin = version == 1 ? 10 : 12;
    if (file.size() < begin) return bad("the .npy file is cut off in its header");
    std::size_t length = byte(8) | byte(9) << 8;
    if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
    if (length > file.size() - begin) return bad("the .npy file is cut off in its header");

    Header header({reinterpret_cast<const char*>(file.data()) + begin, length});
    if (!header.read()) return bad_header();
    const Result<DType> dtype = dtype_of(*header.descr);
    if (!dtype) return dtype.error();
    Npy npy{*dtype, std::move(*header.shape), file.subspan(begin + length)};
    if (npy.shape.size() > kMaxRank)
        return bad("the array has " + std::to_string(npy.shape.size()) + " axes, and at most " +
                   std::to_string(kMaxRank) + " are possible");
    if (*header.fortran && npy.shape.size() > 1)
        return bad("the array is in Fortran order", "save numpy.ascontiguousarray(array)");
    const auto bytes = tensor_bytes(npy.dtype, npy.shape);
    if (!bytes) return bad("the shape " + to_string(npy.shape) + " of the array is impossible");
    if (npy.elements.size() != *bytes)
        return bad("the .npy file holds " + std::to_string(npy.elements.size()) +
                   " bytes of elements where its shape " + to_string(npy.shape) + " makes " +
                   std::to_string(*bytes));
    return npy;
}

std::vector<std::byte> make_npy(DType dtype, const Shape& shape,
                                std::span<const std::byte> elements) {
    std::vector<std::byte> widened;
    if (dtype == DType::bfloat16) {
        widened = floats_of_bfloat16(elements);
        elements = widened;
        dtype = DType::float32;
    }
    std::string header =
        "{'descr': '" + std::string(descr_of(dtype)) + "', 'fortran_order': False, 'shape': (";
    for (const std::uint64_t size : shape)
        header += std::to_string(size) + ", ";
    if (shape.size() > 1) header.resize(header.size() - 2);
    if (shape.size() == 1) header.pop_back();
    header += "), }";
    const std::size_t used = kMagic.size() + 4 + header.size() + 1;
    header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
    header += '\n';

    std::string start(kMagic);
    start += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF),
              static_cast<char>(header.size() >> 8)};
    start += header;
    std::vector<std::byte> file(start.size() + elements.size());
    std::memcpy(file.data(), start.data(), start.size());
    if (!elements.empty())
        std::memcpy(file.data() + start.size(), elements.data(), elements.size());
    return file;
}

}  // namespace samovar::cli
