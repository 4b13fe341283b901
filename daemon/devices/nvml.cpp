#include "daemon/devices/nvml.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

namespace samovar::daemon {
namespace {

Error not_seen(std::string why) {
    return {Errc::no_device, std::move(why), "", 0, 0};
}

std::string linker_says() {
    const char* words = ::dlerror();
    return words ? words : "the library cannot be used";
}

template <class Function>
bool look_up(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(library, name));
    return function != nullptr;
}

}  // namespace

Nvml::Nvml(std::string library, CudaEnvironment environment)
    : library_name_(std::move(library)), environment_(std::move(environment)) {}

Nvml::~Nvml() {
    close();
    if (library_) ::dlclose(library_);
}

void Nvml::close() {
    if (std::exchange(open_, false)) calls_.nvmlShutdown();
    gpus_.clear();
}

GpuReadings Nvml::read(const std::set<std::string>& devices) {
    GpuReadings readings;
    const Result<void> opened = open();
    bool failed = false;
    for (const std::string& device : devices) {
        if (!opened) {
            readings.insert_or_assign(device, opened.error());
            continue;
        }
        const Result<nvml::Device> handle = find(device);
        Result<GpuReading> reading =
            handle ? read(*handle) : Result<GpuReading>(Error(handle.error()));
        failed = failed || !reading;
        readings.insert_or_assign(device, std::move(reading));
    }
    // Handles do not outlive a GPU that fell off its bus, nor a driver that was exchanged; and
    // which GPUs there are is looked up when it is opened.
    if (failed) close();
    return readings;
}

Result<void> Nvml::open() {
    if (open_) return {};
    if (Result<void> loaded = load(); !loaded) return loaded;
    if (const nvml::Code code = calls_.nvmlInit_v2(); code != nvml::kSuccess)
        return failure("nvmlInit", code);
    open_ = true;
    Result<void> listed = list();
    if (!listed) close();
    return listed;
}

Result<void> Nvml::load() {
    if (library_) return {};
    void* const library = ::dlopen(library_name_.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!library) return not_seen(linker_says());
    nvml::Calls& c = calls_;
    const bool complete =
        look_up(library, "nvmlInit_v2", c.nvmlInit_v2) &&
        look_up(library, "nvmlShutdown", c.nvmlShutdown) &&
        look_up(library, "nvmlErrorString", c.nvmlErrorString) &&
        look_up(library, "nvmlDeviceGetCount_v2", c.nvmlDeviceGetCount_v2) &&
        look_up(library, "nvmlDeviceGetHandleByIndex_v2", c.nvmlDeviceGetHandleByIndex_v2) &&
        look_up(library, "nvmlDeviceGetHandleByUUID", c.nvmlDeviceGetHandleByUUID) &&
        look_up(library, "nvmlDeviceGetPciInfo_v3", c.nvmlDeviceGetPciInfo_v3) &&
        look_up(library, "nvmlDeviceGetUUID", c.nvmlDeviceGetUUID) &&
        look_up(library, "nvmlDeviceGetName", c.nvmlDeviceGetName) &&
        look_up(library, "nvmlDeviceGetMemoryInfo", c.nvmlDeviceGetMemoryInfo) &&
        look_up(library, "nvmlDeviceGetTotalEnergyConsumption",
                c.nvmlDeviceGetTotalEnergyConsumption);
    if (!complete) {
        Error error = not_seen(linker_says());
        ::dlclose(library);
        return error;
    }
    library_ = library;
    return {};
}

// In the order of the PCI bus, as CUDA counts for the workers: NVML promises no order of its own.
Result<void> Nvml::list() {
    unsigned count = 0;
    if (const nvml::Code code = calls_.nvmlDeviceGetCount_v2(&count); code != nvml::kSuccess)
        return failure("nvmlDeviceGetCount", code);
    using Place = std::tuple<unsigned, unsigned, unsigned>;
    std::vector<std::pair<Place, Gpu>> found;
    for (unsigned i = 0; i < count; ++i) {
        nvml::Device device = nullptr;
        nvml::PciInfo pci{};
        char uuid[nvml::kNameBytes] = {};
        // One that this user must not see, or that has failed, is not CUDA's either.
        if (calls_.nvmlDeviceGetHandleByIndex_v2(i, &device) != nvml::kSuccess ||
            calls_.nvmlDeviceGetPciInfo_v3(device, &pci) != nvml::kSuccess ||
            calls_.nvmlDeviceGetUUID(device, uuid, sizeof uuid) != nvml::kSuccess)
            continue;
        pci.id[sizeof pci.id - 1] = '\0';
        uuid[sizeof uuid - 1] = '\0';
        found.push_back({{pci.domain, pci.bus, pci.device}, {device, uuid, pci.id}});
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [place, gpu] : found)
        gpus_.push_back(std::move(gpu));
    return {};
}

Result<nvml::Device> Nvml::find(const std::string& device) const {
    std::vector<std::string> uuids;
    uuids.reserve(gpus_.size());
    for (const Gpu& gpu : gpus_)
        uuids.push_back(gpu.uuid);
    const std::size_t number = std::stoul(device.substr(device.find(':') + 1));
    const Result<VisibleDevice> visible = find_visible(environment_, uuids, number);
    if (!visible) return visible.error();
    if (visible->mig.empty()) return gpus_[visible->index].handle;
    nvml::Device part = nullptr;
    const nvml::Code code = calls_.nvmlDeviceGetHandleByUUID(visible->mig.c_str(), &part);
    if (code != nvml::kSuccess) return failure(visible->mig.c_str(), code);
    return part;
}

Result<GpuReading> Nvml::read(nvml::Device device) const {
    GpuReading reading;
    nvml::Memory memory{};
    if (const nvml::Code code = calls_.nvmlDeviceGetMemoryInfo(device, &memory);
        code != nvml::kSuccess)
        return failure("nvmlDeviceGetMemoryInfo", code);
    reading.total = memory.total;
    reading.free = memory.free;
    unsigned long long energy = 0;
    if (calls_.nvmlDeviceGetTotalEnergyConsumption(device, &energy) == nvml::kSuccess)
        reading.energy_mj = energy;
    char text[nvml::kNameBytes] = {};
    if (calls_.nvmlDeviceGetUUID(device, text, sizeof text) == nvml::kSuccess) reading.uuid = text;
    if (calls_.nvmlDeviceGetName(device, text, sizeof text) == nvml::kSuccess) reading.name = text;
    nvml::PciInfo pci{};
    if (calls_.nvmlDeviceGetPciInfo_v3(device, &pci) == nvml::kSuccess)
        reading.pci.assign(pci.id, ::strnlen(pci.id, sizeof pci.id));
    return reading;
}

Error Nvml::failure(const char* what, nvml::Code code) const {
    const char* words = calls_.nvmlErrorString(code);
    return not_seen(std::string(what) + ": " + (words ? words : std::to_string(code)));
}

}  // namespace samovar::daemon
