#include "daemon/worker/cache/private_copy.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "daemon/worker/cache/content_hash.hpp"
#include "daemon/worker/tasks/inputs.hpp"

namespace samovar::worker {
namespace {

// What is copied lies in the processor's cache when it is hashed.
constexpr std::size_t kPieceBytes = 64u << 10;

void add_form(const ipc::InputTensor& input, ContentHash& hash) {
    hash.add(static_cast<std::uint64_t>(input.dtype));
    hash.add(std::as_bytes(std::span(input.shape)));
}

void add_params(const std::vector<ipc::Param>& params, ContentHash& hash) {
    for (const ipc::Param& param : params) {
        hash.add(std::as_bytes(std::span(param.key)));
        hash.add(std::as_bytes(std::span(param.value)));
    }
}

}  // namespace

std::optional<std::uint64_t> input_bytes_of(const ipc::RunJob& job) {
    std::uint64_t all = 0;
    for (const ipc::InputTensor& input : job.inputs) {
        const auto bytes = tensor_bytes(input.dtype, input.shape);
        if (!bytes || *bytes > std::numeric_limits<std::uint64_t>::max() - all) return {};
        all += *bytes;
    }
    return all;
}

ResultKey take_private(std::span<const ipc::InputTensor> inputs, std::vector<ipc::Param> params,
                       Slots& slots) {
    ResultKey key;
    key.params = std::move(params);
    ContentHash hash;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const ipc::InputTensor& input = inputs[i];
        std::span<const std::byte> shared = input_bytes(input, input_title(input.name, i), slots);
        ipc::InputTensor& own = key.inputs.emplace_back();
        own.name = input.name;
        own.dtype = input.dtype;
        own.shape = input.shape;
        own.data.reserve(shared.size());
        add_form(own, hash);
        hash.add(shared.size());
        while (!shared.empty()) {
            const std::size_t piece = std::min(shared.size(), kPieceBytes);
            own.data.insert(own.data.end(), shared.begin(),
                            shared.begin() + static_cast<std::ptrdiff_t>(piece));
            hash.add_part(std::span(own.data).last(piece));
            shared = shared.subspan(piece);
        }
    }
    add_params(key.params, hash);
    key.digest = hash.digest();
    return key;
}

ipc::Digest digest_of(const ResultKey& key) {
    ContentHash hash;
    for (const ipc::InputTensor& input : key.inputs) {
        add_form(input, hash);
        hash.add(std::span<const std::byte>(input.data));
    }
    add_params(key.params, hash);
    return hash.digest();
}

}  // namespace samovar::worker
