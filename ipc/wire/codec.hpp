#pragma once
// cereal archives over a span of bytes, in cereal's portable-binary layout: one byte that says
// "little-endian", then every field in order; integers little-endian, sizes as 64 bits.
//
// The reader is made for hostile input: a string or vector is only ever made after its count was
// checked against its limit and against the bytes that remain, and decode() demands that the body
// ends where the message ends. Messages use bounded() for everything with a count; cereal's own
// string and vector support, which resizes first, is not included anywhere.

#include <bit>
#include <cereal/cereal.hpp>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/limits.hpp>

#include "ipc/wire/message_type.hpp"

namespace samovar::ipc {

static_assert(std::endian::native == std::endian::little, "the wire is little-endian");

using Bytes = std::vector<std::byte>;

inline constexpr std::byte kLittleEndian{1};

// Thrown inside the codec only; decode() and encode() turn it into an Error.
struct CodecFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Writer : public cereal::OutputArchive<Writer, cereal::AllowEmptyClassElision> {
  public:
    explicit Writer(Bytes& out) : OutputArchive(this), out_(out) { out_.push_back(kLittleEndian); }

    void put(const void* bytes, std::size_t count) {
        const auto* begin = static_cast<const std::byte*>(bytes);
        out_.insert(out_.end(), begin, begin + count);
    }

  private:
    Bytes& out_;
};

class Reader : public cereal::InputArchive<Reader, cereal::AllowEmptyClassElision> {
  public:
    explicit Reader(std::span<const std::byte> in) : InputArchive(this), in_(in) {
        std::byte mark{};
        take(&mark, 1);
        if (mark != kLittleEndian) throw CodecFault("the body does not begin with byte 1");
    }

    void take(void* bytes, std::size_t count) {
        if (count > in_.size()) throw CodecFault("the body ends inside a field");
        std::memcpy(bytes, in_.data(), count);
        in_ = in_.subspan(count);
    }

    std::size_t remaining() const noexcept { return in_.size(); }

  private:
    std::span<const std::byte> in_;
};

template <class T>
    requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const T& value) {
    ar.put(&value, sizeof value);
}
template <class T>
    requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        std::uint8_t byte = 0;
        ar.take(&byte, 1);
        if (byte > 1) throw CodecFault("a truth value is neither 0 nor 1");
        value = byte == 1;
    } else {
        ar.take(&value, sizeof value);
    }
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const cereal::SizeTag<T>& tag) {
    ar(static_cast<cereal::size_type>(tag.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, cereal::SizeTag<T>& tag) {
    ar(tag.size);
}

// A string or vector field that holds at most `limit` elements: `ar(bounded(name, kMaxNameBytes))`.
template <class Container>
struct Bounded {
    Container& value;
    std::size_t limit;
};
template <class Container>
Bounded<Container> bounded(Container& value, std::size_t limit) {
    return {value, limit};
}

namespace detail {
template <class Element>
inline constexpr bool is_plain =
    std::is_arithmetic_v<Element> || std::is_same_v<Element, std::byte>;
void check_count(std::uint64_t count, std::size_t limit, std::size_t room);
}  // namespace detail

template <class Container>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const Bounded<Container>& field) {
    using Element = typename Container::value_type;
    const auto& value = field.value;
    if (value.size() > field.limit) throw CodecFault("a field is longer than its limit");
    ar(cereal::make_size_tag(static_cast<cereal::size_type>(value.size())));
    if constexpr (detail::is_plain<Element>) {
        if (!value.empty()) ar.put(value.data(), value.size() * sizeof(Element));
    } else {
        for (const auto& element : value)
            ar(element);
    }
}

template <class Container>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, Bounded<Container>& field) {
    using Element = typename Container::value_type;
    cereal::size_type count = 0;
    ar(cereal::make_size_tag(count));
    if constexpr (detail::is_plain<Element>) {
        detail::check_count(count, field.limit, ar.remaining() / sizeof(Element));
        field.value.resize(static_cast<std::size_t>(count));
        if (count > 0) ar.take(field.value.data(), field.value.size() * sizeof(Element));
    } else {
        // Every structure on the wire has at least one byte, so `remaining` bounds the count; the
        // vector grows as elements arrive, so that a lying count costs nothing.
        detail::check_count(count, field.limit, ar.remaining());
        field.value.clear();
        for (cereal::size_type i = 0; i < count; ++i)
            ar(field.value.emplace_back());
    }
}

// An enum on the wire is its underlying integer; the receiver checks the value where it uses it.
template <class Enum>
struct AsInteger {
    Enum& value;
};
template <class Enum>
AsInteger<Enum> as_integer(Enum& value) {
    return {value};
}
template <class Enum>
void CEREAL_SAVE_FUNCTION_NAME(Writer& ar, const AsInteger<Enum>& field) {
    ar(static_cast<std::underlying_type_t<Enum>>(field.value));
}
template <class Enum>
void CEREAL_LOAD_FUNCTION_NAME(Reader& ar, AsInteger<Enum>& field) {
    std::underlying_type_t<Enum> number{};
    ar(number);
    field.value = static_cast<Enum>(number);
}

// Reads one message that must fill `body` exactly. Errors: `protocol`. The caller answers them.
template <class Message>
Result<Message> decode(std::span<const std::byte> body) {
    try {
        Message message;
        Reader reader(body);
        reader(message);
        if (reader.remaining() != 0) throw CodecFault("bytes follow the end of the message");
        return message;
    } catch (const std::exception& fault) {
        return Error{Errc::protocol,
                     "malformed " + std::string(to_string(Message::kType)) + ": " + fault.what(),
                     "docs/protocol.md describes every message", 0, 0};
    }
}

}  // namespace samovar::ipc

CEREAL_REGISTER_ARCHIVE(samovar::ipc::Writer)
CEREAL_REGISTER_ARCHIVE(samovar::ipc::Reader)
CEREAL_SETUP_ARCHIVE_TRAITS(samovar::ipc::Reader, samovar::ipc::Writer)
