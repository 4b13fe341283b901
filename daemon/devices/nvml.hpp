#pragma once
#include <memory>
#include <set>
#include <vector>

#include "daemon/devices/gpu_reading.hpp"
#include "daemon/devices/nvml_calls.hpp"
#include "daemon/devices/visible_devices.hpp"

namespace samovar::daemon {

inline constexpr const char* kNvmlLibrary = "libnvidia-ml.so.1";

// The machine's GPUs as the driver's own library tells of them. The library is opened at run time
// and on first need: samovard links nothing of NVIDIA's, and starts where there is none of it.
// Its calls take the driver's lock, and wake a GPU that sleeps: milliseconds, and seconds at worst.
// Any thread, one at a time.
class Nvml {
  public:
    explicit Nvml(std::string library = kNvmlLibrary,
                  CudaEnvironment environment = read_cuda_environment());
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    // Of each of these ("cuda:0") what there is to tell, or why it is not seen. Opens the driver,
    // and again where it failed the last time: a GPU may come later, a driver may be exchanged.
    GpuReadings read(const std::set<std::string>& devices);
    // Lets go of the driver, so that its GPUs may sleep; the library stays.
    void close();

  private:
    struct Gpu {
        nvml::Device handle;
        std::string uuid, pci;
    };

    Result<void> open();
    Result<void> load();
    Result<void> list();
    Result<nvml::Device> find(const std::string& device) const;
    Result<GpuReading> read(nvml::Device device) const;
    Error failure(const char* what, nvml::Code code) const;

    std::string library_name_;
    CudaEnvironment environment_;
    void* library_ = nullptr;
    nvml::Calls calls_{};
    bool open_ = false;
    std::vector<Gpu> gpus_;  // in the order of the PCI bus
};

}  // namespace samovar::daemon
