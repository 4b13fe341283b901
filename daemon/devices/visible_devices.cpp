#include "daemon/devices/visible_devices.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::string> entries_of(const std::string& list) {
    std::vector<std::string> entries;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string entry = list.substr(begin, end - begin);
        entry.erase(0, entry.find_first_not_of(' '));
        entry.erase(entry.find_last_not_of(' ') + 1);
        entries.push_back(std::move(entry));
        begin = end + 1;
    }
    return entries;
}

std::optional<std::size_t> index_of(const std::string& entry) {
    std::size_t index = 0;
    const char* end = entry.data() + entry.size();
    const auto [stop, fault] = std::from_chars(entry.data(), end, index);
    return fault == std::errc() && stop == end ? std::optional(index) : std::nullopt;
}

// What one entry names; none where that is nothing, or not one thing.
std::optional<VisibleDevice> resolve(const std::string& entry,
                                     const std::vector<std::string>& uuids) {
    if (entry.starts_with("MIG-")) return VisibleDevice{0, entry};
    if (const auto index = index_of(entry))
        return *index < uuids.size() ? std::optional(VisibleDevice{*index, {}}) : std::nullopt;
    if (!entry.starts_with("GPU-")) return std::nullopt;
    std::optional<VisibleDevice> found;
    for (std::size_t i = 0; i < uuids.size(); ++i) {
        if (!uuids[i].starts_with(entry)) continue;
        if (found) return std::nullopt;
        found = VisibleDevice{i, {}};
    }
    return found;
}

}  // namespace

CudaEnvironment read_cuda_environment() {
    return {variable("CUDA_VISIBLE_DEVICES"), variable("CUDA_DEVICE_ORDER")};
}

Result<VisibleDevice> find_visible(const CudaEnvironment& environment,
                                   const std::vector<std::string>& uuids, std::size_t number) {
    const std::string name = "cuda:" + std::to_string(number);
    std::vector<std::string> entries;
    if (environment.visible_devices) {
        entries = entries_of(*environment.visible_devices);
    } else {
        for (std::size_t i = 0; i < uuids.size(); ++i)
            entries.push_back(std::to_string(i));
    }
    std::vector<VisibleDevice> visible;
    for (const std::string& entry : entries) {
        const auto device = resolve(entry, uuids);
        // CUDA takes no device twice, either.
        if (!device || std::find(visible.begin(), visible.end(), *device) != visible.end()) break;
        visible.push_back(*device);
        if (visible.size() <= number) continue;
        const bool other_order =
            environment.device_order.value_or("PCI_BUS_ID") != "PCI_BUS_ID" && uuids.size() > 1;
        if (other_order && index_of(entry))
            return Error{Errc::no_device,
                         "which GPU " + name + " is cannot be told: CUDA_DEVICE_ORDER is " +
                             *environment.device_order,
                         "leave it out, or name UUIDs in CUDA_VISIBLE_DEVICES", 0, 0};
        return visible.back();
    }
    return Error{Errc::no_device,
                 "there is no " + name + ": the driver shows " +
                     ipc::count_of(uuids.size(), "GPU") +
                     (environment.visible_devices
                          ? ", and CUDA_VISIBLE_DEVICES is \"" + *environment.visible_devices + "\""
                          : ""),
                 "", 0, 0};
}

}  // namespace samovar::daemon
