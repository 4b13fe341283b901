#pragma once
// GPUs of a test's own, which the library in fake_nvml.cpp tells of.

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace samovar::tests {

struct FakeGpu {
    std::string uuid = "GPU-0123";
    unsigned bus = 1;  // of PCI
    unsigned long long total = 0, free = 0;
    long long energy_mj = -1;  // below 0: it does not tell
    int fault = 0;             // what NVML says when it is asked for its memory
    std::string name = "Fake";
};

class FakeGpus {
  public:
    explicit FakeGpus(const std::vector<FakeGpu>& gpus) { are(gpus); }

    // From the next call on. `init`: what NVML says when it is opened.
    void are(const std::vector<FakeGpu>& gpus, int init = 0) const {
        const std::filesystem::path next = folder_.path() / "next";
        std::ofstream out(next);
        out << "init " << init << "\n";
        for (const FakeGpu& gpu : gpus)
            out << "gpu " << gpu.uuid << " " << gpu.name << " " << gpu.bus << " " << gpu.total
                << " " << gpu.free << " " << gpu.energy_mj << " " << gpu.fault << "\n";
        out.close();
        std::filesystem::rename(next, path());
    }
    // NAME=VALUE for the process that opens the library.
    std::string variable() const { return "SAMOVAR_FAKE_NVML=" + path().string(); }
    // For this one.
    void set_variable() const { ::setenv("SAMOVAR_FAKE_NVML", path().c_str(), 1); }

  private:
    std::filesystem::path path() const { return folder_.path() / "gpus"; }

    TemporaryFolder folder_;
};

}  // namespace samovar::tests
