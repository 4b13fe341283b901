#pragma once
// AOTInductor's container runner as CompiledCode. Included once for each kind of device.

#include <ATen/DynamicLibrary.h>
#include <torch/csrc/inductor/aoti_runner/model_container_runner.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "daemon/worker/engine/compiled_code.hpp"

namespace samovar::worker {

// `Base`: AOTIModelContainerRunnerCpu or ...Cuda. Derived from it, because what the compiled
// library tells of its inputs and constants is only reached through protected members.
template <class Base>
class CompiledRunner final : public CompiledCode {
  public:
    template <class... Arguments>
    explicit CompiledRunner(Arguments&&... arguments)
        : opened_(std::forward<Arguments>(arguments)...) {}

    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) override {
        return opened_.run(inputs);
    }
    std::size_t input_count() override {
        std::size_t count = 0;
        ask<decltype(AOTInductorModelContainerGetNumInputs)>(
            "AOTInductorModelContainerGetNumInputs", &count);
        return count;
    }
    std::vector<CodeConstant> constants() override;
    std::size_t constants_present() override { return opened_.extract_constants_map(false).size(); }
    void use_constants(std::unordered_map<std::string, at::Tensor>& tensors) override {
        opened_.update_constant_buffer(tensors, /*use_inactive=*/false,
                                       /*validate_full_updates=*/true, /*user_managed=*/true);
    }
    void fold_constants() override {
        if (folded_) opened_.run_const_fold(/*use_inactive=*/false);
    }

  private:
    struct Opened : Base {
        using Base::Base;
        using Base::container_handle_;
        using Base::model_so_;
    };

    // Calls a function of the library by its C name, with the container before `arguments`.
    template <class Function, class... Arguments>
    void ask(const char* function, Arguments... arguments) {
        auto* entry = reinterpret_cast<Function*>(opened_.model_so_->sym(function));
        if (entry(opened_.container_handle_, arguments...) != AOTI_RUNTIME_SUCCESS)
            throw std::runtime_error(std::string(function) + " failed in the compiled library");
    }

    Opened opened_;
    bool folded_ = false;  // some constants are computed from others
};

template <class Base>
std::vector<CodeConstant> CompiledRunner<Base>::constants() {
    std::size_t count = 0;
    ask<decltype(AOTInductorModelContainerGetNumConstants)>(
        "AOTInductorModelContainerGetNumConstants", &count);
    std::vector<CodeConstant> all;
    for (std::size_t i = 0; i < count; ++i) {
        bool folded = false;
        ask<decltype(AOTInductorModelContainerGetConstantFromFolded)>(
            "AOTInductorModelContainerGetConstantFromFolded", i, &folded);
        folded_ = folded_ || folded;
        if (folded) continue;
        const char* internal = nullptr;
        const char* original = nullptr;
        std::int32_t type = 0;
        CodeConstant constant;
        std::size_t bytes = 0;
        ask<decltype(AOTInductorModelContainerGetConstantName)>(
            "AOTInductorModelContainerGetConstantName", i, &internal);
        ask<decltype(AOTInductorModelContainerGetConstantOriginalFQN)>(
            "AOTInductorModelContainerGetConstantOriginalFQN", i, &original);
        ask<decltype(AOTInductorModelContainerGetConstantDtype)>(
            "AOTInductorModelContainerGetConstantDtype", i, &type);
        ask<decltype(AOTInductorModelContainerGetConstantDataSize)>(
            "AOTInductorModelContainerGetConstantDataSize", i, &bytes);
        all.push_back({internal, original, static_cast<c10::ScalarType>(type), bytes});
    }
    return all;
}

}  // namespace samovar::worker
