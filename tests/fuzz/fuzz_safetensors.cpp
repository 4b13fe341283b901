// The header of a weights file: whatever it says, the tensors that come out lie inside the file,
// apart and aligned.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "daemon/worker/engine/safetensors.hpp"

using namespace samovar;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = std::as_bytes(std::span(bytes, size));
    const auto tensors = worker::parse_safetensors_header(file);
    if (!tensors) {
        if (tensors.error().message.empty()) std::abort();
        return 0;
    }
    std::uint64_t end = 0;
    for (const worker::StoredTensor& tensor : *tensors) {
        if (tensor.offset < end || tensor.offset > size || tensor.bytes > size - tensor.offset)
            std::abort();
        if (tensor_bytes(tensor.dtype, tensor.shape) != tensor.bytes) std::abort();
        if (tensor.offset % element_size(tensor.dtype) != 0) std::abort();
        end = tensor.offset + tensor.bytes;
    }
    return 0;
}
