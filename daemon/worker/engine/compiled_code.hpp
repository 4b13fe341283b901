#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace samovar::worker {

// A constant that compiled code reads: a parameter, a buffer, or what AOTInductor made of them.
struct CodeConstant {
    std::string internal;  // its name in the code: "a_weight"
    std::string original;  // its name in the module, and in the weights file: "a.weight"
    c10::ScalarType type{};
    std::uint64_t bytes = 0;
};

// The compiled library of a .pt2, opened on one device. One thread at a time; throws.
class CompiledCode {
  public:
    virtual ~CompiledCode() = default;

    virtual std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) = 0;
    virtual std::size_t input_count() = 0;
    // Those that must come from outside or lie inside the library; not those folded at load.
    virtual std::vector<CodeConstant> constants() = 0;
    // How many of them have values.
    virtual std::size_t constants_present() = 0;
    // Takes `tensors`, keyed by internal and by original name, as the constants: the very tensors,
    // not copies. The map must outlive the code and stay as it is.
    virtual void use_constants(std::unordered_map<std::string, at::Tensor>& tensors) = 0;
    // Computes what is derived from constants, which would else be part of the first inference.
    virtual void fold_constants() = 0;
};

}  // namespace samovar::worker
