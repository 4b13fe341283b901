// torch::jit::load in a bare process: jit_load FILE WARM_UP_FILE. What a process pays once,
// whatever it loads, is paid with the second file, before the clock starts.

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <chrono>
#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: jit_load FILE WARM_UP_FILE\n");
        return 2;
    }
    try {
        torch::jit::load(argv[2]);
        const auto begun = std::chrono::steady_clock::now();
        const torch::jit::Module module = torch::jit::load(argv[1]);
        const auto time = std::chrono::steady_clock::now() - begun;
        std::printf("{\"ns\": %lld}\n",
                    static_cast<long long>(std::chrono::nanoseconds(time).count()));
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "jit_load: %s\n", fault.what());
        return 1;
    }
    return 0;
}
