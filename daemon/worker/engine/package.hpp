#pragma once
// What lies in the folder of an unpacked .pt2: the compiled library and what it says of itself.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::worker {

struct Package {
    std::string library;     // path of the *.wrapper.so
    std::string folder;      // of the library; kernels of a GPU lie beside it
    std::string device;      // "cpu", "cuda"; empty where the package does not say
    std::string vectors;     // of a CPU: "AVX512 AVX512_VNNI AMX_TILE"
    std::string capability;  // of a GPU: "90"
};

// Of a folder that holds the library, at whatever depth: quickest where it lies there itself.
// Errors: `bad_model` where there is not exactly one library.
Result<Package> read_package(const std::string& folder);

// The instruction sets in `vectors` that code compiled for them uses throughout and that
// `cpu_flags` (words of /proc/cpuinfo) lack: running it would end in SIGILL. AMX is not among them:
// only kernels that ask for it by name use it, and AOTInductor names it wherever the compiling
// machine has it.
std::vector<std::string> missing_vectors(std::string_view vectors,
                                         const std::set<std::string>& cpu_flags);

// The flags of the first processor in /proc/cpuinfo; empty where they cannot be read.
std::set<std::string> read_cpu_flags();

}  // namespace samovar::worker
