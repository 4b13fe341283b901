#pragma once
// The part of NVML's C interface that samovard calls, declared here so that nothing of NVIDIA's is
// needed to build it. Names, numbers and layouts are those of the NVML API reference
// (docs.nvidia.com/deploy/nvml-api); they are stable, and the functions are looked up by name.

#include <cstddef>

namespace samovar::daemon::nvml {

using Code = int;  // nvmlReturn_t, an enum in C
inline constexpr Code kSuccess = 0, kNotSupported = 3, kNotFound = 6;
inline constexpr unsigned kNameBytes = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE, _UUID_V2_: 96

struct Handle;  // of a device; NVML's own
using Device = Handle*;

struct Memory {  // nvmlMemory_t
    unsigned long long total, free, used;
};
static_assert(sizeof(Memory) == 24);

struct PciInfo {  // nvmlPciInfo_t
    char legacy_id[16];
    unsigned domain, bus, device, ids, subsystem_ids;
    char id[32];
};
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, id) == 36);

// The functions, each under the name that it has in the library.
struct Calls {
    Code (*nvmlInit_v2)();
    Code (*nvmlShutdown)();
    const char* (*nvmlErrorString)(Code code);
    Code (*nvmlDeviceGetCount_v2)(unsigned* count);
    Code (*nvmlDeviceGetHandleByIndex_v2)(unsigned index, Device* device);
    Code (*nvmlDeviceGetHandleByUUID)(const char* uuid, Device* device);
    Code (*nvmlDeviceGetPciInfo_v3)(Device device, PciInfo* pci);
    Code (*nvmlDeviceGetUUID)(Device device, char* uuid, unsigned bytes);
    Code (*nvmlDeviceGetName)(Device device, char* name, unsigned bytes);
    Code (*nvmlDeviceGetMemoryInfo)(Device device, Memory* memory);
    Code (*nvmlDeviceGetTotalEnergyConsumption)(Device device, unsigned long long* millijoules);
};

}  // namespace samovar::daemon::nvml
