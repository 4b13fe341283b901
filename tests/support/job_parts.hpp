#pragma once
// What jobs are made of, for those that reach a worker through samovard and those that do not.

#include <cstring>
#include <span>
#include <vector>

#include "ipc/os/mapping.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::tests {

// A channel, mapped.
struct TestChannel {
    std::uint32_t id = 0;
    ipc::UniqueFd memfd;
    ipc::Mapping mapping;

    std::span<std::byte> bytes() const { return mapping.bytes(); }
};

// An input inside the message.
template <class T>
ipc::InputTensor inline_input(DType dtype, Shape shape, const std::vector<T>& values) {
    ipc::InputTensor input;
    input.dtype = dtype;
    input.shape = std::move(shape);
    const auto bytes = std::as_bytes(std::span(values));
    input.data.assign(bytes.begin(), bytes.end());
    return input;
}

// An input at `offset` of a channel.
inline ipc::InputTensor slot_input(DType dtype, Shape shape, std::uint32_t channel,
                                   std::uint64_t offset) {
    ipc::InputTensor input;
    input.dtype = dtype;
    input.shape = std::move(shape);
    input.channel = channel;
    input.offset = offset;
    return input;
}

// The elements of an output that came inline.
template <class T>
std::vector<T> values_of(const ipc::OutputTensor& output) {
    std::vector<T> values(output.data.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), output.data.data(), output.data.size());
    return values;
}

}  // namespace samovar::tests
