// A library in the place of libnvidia-ml.so.1, where there is no GPU. What it tells stands in the
// file that $SAMOVAR_FAKE_NVML names, read anew at each call: see fake_gpus.hpp, which writes it.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "daemon/devices/nvml_calls.hpp"

namespace {

using namespace samovar::daemon::nvml;

struct Gpu {
    std::string uuid, name;
    unsigned bus = 0;
    unsigned long long total = 0, free = 0;
    long long energy = -1;
    Code fault = kSuccess;
};

struct World {
    Code init = kSuccess;
    std::vector<Gpu> gpus;  // parts of GPUs among them, which no index counts
};

bool open_ = false;

World world() {
    World world;
    const char* const path = std::getenv("SAMOVAR_FAKE_NVML");
    std::FILE* const file = path ? std::fopen(path, "r") : nullptr;
    if (!file) return {9, {}};
    char line[256], uuid[96], name[96];
    while (std::fgets(line, sizeof line, file)) {
        Gpu gpu;
        if (std::sscanf(line, "init %d", &world.init) == 1) continue;
        if (std::sscanf(line, "gpu %95s %95s %u %llu %llu %lld %d", uuid, name, &gpu.bus,
                        &gpu.total, &gpu.free, &gpu.energy, &gpu.fault) != 7)
            continue;
        gpu.uuid = uuid;
        gpu.name = name;
        world.gpus.push_back(gpu);
    }
    std::fclose(file);
    return world;
}

// A handle is the place of the GPU in the file, from one.
Device handle(std::size_t place) {
    return reinterpret_cast<Device>(place + 1);
}
bool find(Device device, Gpu& gpu) {
    const World now = world();
    const auto place = reinterpret_cast<std::size_t>(device) - 1;
    if (!open_ || place >= now.gpus.size()) return false;
    gpu = now.gpus[place];
    return true;
}
Code put(const std::string& text, char* into, unsigned bytes) {
    if (text.size() >= bytes) return 7;
    std::memcpy(into, text.c_str(), text.size() + 1);
    return kSuccess;
}

}  // namespace

extern "C" {

#pragma GCC visibility push(default)

Code nvmlInit_v2() {
    const Code code = world().init;
    open_ = code == kSuccess;
    return code;
}
Code nvmlShutdown() {
    open_ = false;
    return kSuccess;
}
const char* nvmlErrorString(Code code) {
    return code == 9 ? "Driver Not Loaded" : code == 15 ? "GPU is lost" : "Some Error";
}
Code nvmlDeviceGetCount_v2(unsigned* count) {
    *count = 0;
    for (const Gpu& gpu : world().gpus)
        *count += gpu.uuid.compare(0, 4, "GPU-") == 0;
    return kSuccess;
}
Code nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
    const World now = world();
    for (std::size_t i = 0; i < now.gpus.size(); ++i)
        if (now.gpus[i].uuid.compare(0, 4, "GPU-") == 0 && index-- == 0) {
            *device = handle(i);
            return kSuccess;
        }
    return 2;
}
Code nvmlDeviceGetHandleByUUID(const char* uuid, Device* device) {
    const World now = world();
    for (std::size_t i = 0; i < now.gpus.size(); ++i)
        if (now.gpus[i].uuid == uuid) {
            *device = handle(i);
            return kSuccess;
        }
    return kNotFound;
}
Code nvmlDeviceGetPciInfo_v3(Device device, PciInfo* pci) {
    Gpu gpu;
    if (!find(device, gpu)) return 1;
    *pci = {};
    pci->bus = gpu.bus;
    std::snprintf(pci->id, sizeof pci->id, "00000000:%02X:00.0", gpu.bus);
    return kSuccess;
}
Code nvmlDeviceGetUUID(Device device, char* uuid, unsigned bytes) {
    Gpu gpu;
    return find(device, gpu) ? put(gpu.uuid, uuid, bytes) : 1;
}
Code nvmlDeviceGetName(Device device, char* name, unsigned bytes) {
    Gpu gpu;
    return find(device, gpu) ? put(gpu.name, name, bytes) : 1;
}
Code nvmlDeviceGetMemoryInfo(Device device, Memory* memory) {
    Gpu gpu;
    if (!find(device, gpu)) return 1;
    *memory = {gpu.total, gpu.free, gpu.total - gpu.free};
    return gpu.fault;
}
Code nvmlDeviceGetTotalEnergyConsumption(Device device, unsigned long long* millijoules) {
    Gpu gpu;
    if (!find(device, gpu)) return 1;
    if (gpu.energy < 0) return kNotSupported;
    *millijoules = static_cast<unsigned long long>(gpu.energy);
    return kSuccess;
}

#pragma GCC visibility pop

}  // extern "C"
