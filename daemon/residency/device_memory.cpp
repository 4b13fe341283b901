#include "daemon/residency/device_memory.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using ipc::bytes_in_words;
using scheduler::kUnlimited;

// Of lines such as "MemTotal:       16384 kB".
std::uint64_t kilobytes_of(const std::string& file, std::initializer_list<const char*> keys,
                           std::uint64_t* const values[]) {
    std::ifstream in(file);
    std::string line;
    std::size_t found = 0;
    while (found < keys.size() && std::getline(in, line)) {
        std::size_t i = 0;
        for (const char* key : keys) {
            if (line.starts_with(key)) {
                *values[i] =
                    std::strtoull(line.c_str() + std::char_traits<char>::length(key), nullptr, 10) *
                    1024;
                ++found;
            }
            ++i;
        }
    }
    return found;
}

// Why a model of so many bytes cannot be pinned beside what is `pinned` already.
std::string too_much_pinned(const std::string& device, scheduler::Bytes bytes,
                            scheduler::Bytes pinned, scheduler::Bytes limit) {
    const std::string holds = "it holds " + bytes_in_words(bytes);
    const std::string allowed = bytes_in_words(limit) + " that models may hold of " + device;
    if (bytes > limit) return holds + ", which is more than the " + allowed;
    return holds + ", and " + bytes_in_words(pinned) + " of the " + allowed + " are pinned already";
}

}  // namespace

HostMemory read_meminfo(const std::filesystem::path& meminfo) {
    HostMemory memory;
    std::uint64_t* const values[] = {&memory.total, &memory.available};
    kilobytes_of(meminfo, {"MemTotal:", "MemAvailable:"}, values);
    return memory;
}

std::uint64_t anonymous_bytes(pid_t process) {
    std::uint64_t bytes = 0;
    std::uint64_t* const values[] = {&bytes};
    kilobytes_of("/proc/" + std::to_string(process) + "/status", {"RssAnon:"}, values);
    return bytes;
}

DeviceMemory::DeviceMemory(BudgetOptions options)
    : options_(std::move(options)), machine_(read_meminfo(options_.meminfo)) {
    if (options_.host) budget_.set_host_limit(options_.host->of(machine_.total), scheduler::Time{});
}

scheduler::Bytes DeviceMemory::limit_of(const std::string& device) const {
    const auto found = options_.devices.find(device);
    if (found == options_.devices.end() || !found->second.budget) return kUnlimited;
    const Amount& budget = *found->second.budget;
    const scheduler::Bytes total = total_of(device);
    return budget.share > 0 && total == 0 ? kUnlimited : budget.of(total);
}

scheduler::Bytes DeviceMemory::total_of(const std::string& device) const {
    if (device == "cpu") return machine_.total;
    const auto found = gpus_.find(device);
    return found == gpus_.end() ? 0 : found->second.total;
}

std::optional<scheduler::Bytes> DeviceMemory::free_of(const std::string& device) const {
    if (device == "cpu") return read_meminfo(options_.meminfo).available;
    const auto found = gpus_.find(device);
    return found == gpus_.end() ? std::nullopt : std::optional(found->second.free);
}

scheduler::DeviceId DeviceMemory::device(const std::string& name, scheduler::Time now) {
    if (const auto known = devices_.find(name); known != devices_.end()) return known->second;
    const scheduler::DeviceId id = budget_.add_device();
    devices_[name] = id;
    apply_limit(name, now);
    return id;
}

std::optional<scheduler::DeviceId> DeviceMemory::find_device(const std::string& name) const {
    const auto found = devices_.find(name);
    return found == devices_.end() ? std::nullopt : std::optional(found->second);
}

std::string DeviceMemory::usual_device() const {
    const auto gpu = std::find_if(devices_.begin(), devices_.end(),
                                  [](const auto& entry) { return entry.first != "cpu"; });
    return gpu == devices_.end() ? "cpu" : gpu->first;
}

scheduler::Bytes DeviceMemory::pinned(const std::string& device) const {
    constexpr scheduler::ModelId kNone = 0;  // versions count from 1
    return budget_.pinned(devices_.at(device), kNone);
}

void DeviceMemory::set_ceiling(const std::string& device, scheduler::Bytes ceiling) {
    ceilings_[device] = ceiling;
    apply_limit(device, scheduler::Clock::now());
}

void DeviceMemory::apply_limit(const std::string& device, scheduler::Time now) {
    const auto id = find_device(device);
    if (!id) return;
    scheduler::Bytes limit = limit_of(device);
    for (const auto* lower : {&ceilings_, &beside_others_})
        if (const auto found = lower->find(device); found != lower->end())
            limit = std::min(limit, found->second);
    budget_.set_limit(*id, limit, now);
}

// ---- What other programs leave ------------------------------------------------------------------

std::optional<Amount> DeviceMemory::reserve(const std::string& device) const {
    const auto options = options_.devices.find(device);
    return options == options_.devices.end() ? std::nullopt : options->second.leave_free;
}

bool DeviceMemory::has_reserve(const std::string& device) const {
    return reserve(device).has_value();
}

bool DeviceMemory::watches(const std::string& device) const {
    const auto id = find_device(device);
    return id && has_reserve(device) && (budget_.held(*id) > 0 || budget_.has_displaced(*id));
}

bool DeviceMemory::watches_any() const {
    return std::any_of(options_.devices.begin(), options_.devices.end(),
                       [this](const auto& entry) { return watches(entry.first); });
}

void DeviceMemory::look_at_machine() {
    const std::optional<Amount> reserve = this->reserve("cpu");
    const auto cpu = find_device("cpu");
    if (!reserve || !cpu) return;
    const HostMemory host = read_meminfo(options_.meminfo);
    if (host.total == 0) return;  // it does not say
    beside_others_["cpu"] =
        scheduler::less(budget_.held(*cpu) + host.available, reserve->of(machine_.total));
    apply_limit("cpu", scheduler::Clock::now());
}

// ---- What NVML tells of GPUs --------------------------------------------------------------------

std::set<std::string> DeviceMemory::gpus() const {
    std::set<std::string> names;
    for (const auto& [name, options] : options_.devices)
        names.insert(name);
    for (const auto& [name, id] : devices_)
        names.insert(name);
    names.erase("cpu");
    return names;
}

std::set<std::string> DeviceMemory::gpus_with_limits_to_see() const {
    std::set<std::string> names;
    for (const auto& [name, options] : options_.devices)
        if (name != "cpu" && (options.leave_free || (options.budget && options.budget->share > 0)))
            names.insert(name);
    return names;
}

DeviceMemory::Held DeviceMemory::held() const {
    Held held;
    for (const auto& [name, id] : devices_)
        held[name] = budget_.held(id);
    return held;
}

bool DeviceMemory::seen(const GpuReadings& readings, const Held& held_before) {
    bool became_known = false;
    for (const auto& [device, reading] : readings) {
        if (!reading) {
            unseen(device, reading.error().message);
            continue;
        }
        if (unseen_.erase(device) > 0 || !gpus_.contains(device))
            spdlog::info("device {}: {}, {}, {} free", device, reading->name,
                         bytes_in_words(reading->total), bytes_in_words(reading->free));
        const bool another = total_of(device) != reading->total;
        became_known = became_known || another;
        gpus_[device] = *reading;
        if (const std::string fault = impossible_reserve(device); another && !fault.empty())
            spdlog::error("device {}: {}", device, fault);
        // What models held when it was read is known within what has changed since. The larger of
        // both lets nobody leave without need; the next look puts it right.
        const auto before = held_before.find(device);
        const auto id = find_device(device);
        const scheduler::Bytes held =
            std::max(before == held_before.end() ? 0 : before->second, id ? budget_.held(*id) : 0);
        if (const auto reserve = this->reserve(device))
            beside_others_[device] =
                scheduler::less(held + reading->free, reserve->of(reading->total));
        apply_limit(device, scheduler::Clock::now());
    }
    return became_known;
}

std::string DeviceMemory::impossible_reserve(const std::string& device) const {
    const std::optional<Amount> reserve = this->reserve(device);
    const scheduler::Bytes total = total_of(device);
    if (!reserve || total == 0 || reserve->of(total) < total) return "";
    return options_.devices.at(device).leave_free_at + ": is " +
           bytes_in_words(reserve->of(total)) + ", and the device has " + bytes_in_words(total) +
           ": no model can be loaded there; leave less free";
}

// Said once for each reason. What was seen last goes on to hold.
void DeviceMemory::unseen(const std::string& device, const std::string& why) {
    if (std::exchange(unseen_[device], why) == why) return;
    if (gpus_.contains(device))
        spdlog::warn("device {} is not seen any more: {}; its limits stay as they are", device,
                     why);
    else if (gpus_with_limits_to_see().contains(device))
        spdlog::warn(
            "device {} is not seen: {}; what samovard.toml leaves free of it, or gives as a share, "
            "holds from when it is",
            device, why);
    else if (options_.devices.contains(device))
        spdlog::warn("device {} is not seen: {}; its budget holds all the same", device, why);
    else
        spdlog::info("device {} is not seen: {}", device, why);
}

void DeviceMemory::add(const ModelVersion& model, std::optional<scheduler::ModelId> instead_of,
                       scheduler::Time now) {
    budget_.add(model.id, device(model.device, now), model.artefact_bytes + model.cache_bytes(),
                instead_of);
}

void DeviceMemory::loaded(const ModelVersion& model, bool can_park, scheduler::Time now) {
    // What is parked on the CPU is the page cache's, which gives it to whoever needs it.
    const bool pinned_memory = can_park && model.device != "cpu";
    budget_.set_can_park(model.id, can_park);
    budget_.measured(model.id, model.held_bytes, pinned_memory ? model.last_load.weight_bytes : 0,
                     std::chrono::nanoseconds(model.load_ns), now);
}

void DeviceMemory::reject_pins(Scan& scan, const Registry& registry) const {
    std::map<std::string, scheduler::Bytes> pinned;
    std::erase_if(scan.candidates, [&](const Candidate& candidate) {
        if (!candidate.file.residency.pinned || candidate.unusable.code != Errc::ok) return false;
        const scheduler::Bytes limit = limit_of(candidate.device);
        scheduler::Bytes bytes = candidate.artefact_bytes + candidate.cache_bytes();
        if (const auto entry = registry.entries().find(candidate.file.name);
            entry != registry.entries().end() && entry->second.current &&
            entry->second.current->version == candidate.version)
            bytes = std::max(bytes, entry->second.current->held_bytes);
        scheduler::Bytes& sum = pinned[candidate.device];
        if (limit == kUnlimited || sum + bytes <= limit) {
            sum += bytes;
            return false;
        }
        scan.rejected.push_back(
            {candidate.folder, candidate.file.pinned_at + ": " +
                                   too_much_pinned(candidate.device, bytes, sum, limit) +
                                   ": remove pinned = true, or raise device." + candidate.device +
                                   ".budget in samovard.toml"});
        return true;
    });
}

std::optional<Error> DeviceMemory::pin_refusal(const ModelVersion& model) const {
    const auto found = devices_.find(model.device);
    if (found == devices_.end()) return std::nullopt;
    const scheduler::Bytes limit = limit_of(model.device), bytes = budget_.bytes(model.id);
    const scheduler::Bytes pinned = budget_.pinned(found->second, model.id);
    if (limit == kUnlimited || pinned + bytes <= limit) return std::nullopt;
    return Error{Errc::out_of_memory,
                 "model \"" + model.file.name +
                     "\" cannot be pinned: " + too_much_pinned(model.device, bytes, pinned, limit),
                 bytes > limit ? "raise the budget in samovard.toml"
                               : "release another pin, or raise the budget in samovard.toml",
                 0, 0};
}

std::vector<ipc::DeviceStatus> DeviceMemory::status() const {
    std::set<std::string> names = gpus();
    names.insert("cpu");
    std::vector<ipc::DeviceStatus> all;
    for (const std::string& name : names) {
        ipc::DeviceStatus status;
        status.name = name;
        if (const auto gpu = gpus_.find(name); gpu != gpus_.end()) {
            status.description = gpu->second.name.substr(0, kMaxDescriptionBytes);
            status.uuid = gpu->second.uuid;
        }
        status.free = free_of(name).value_or(0);
        status.total = total_of(name);
        const auto id = find_device(name);
        status.held = id ? budget_.held(*id) : 0;
        status.limit = id ? budget_.limit(*id) : limit_of(name);
        status.problem = impossible_reserve(name).substr(0, kMaxProblemBytes);
        if (const auto why = unseen_.find(name); why != unseen_.end())
            status.problem = why->second.substr(0, kMaxProblemBytes);
        if (all.size() < kMaxDevices) all.push_back(std::move(status));
    }
    return all;
}

std::string DeviceMemory::holders(const std::string& device) const {
    const scheduler::Shortage account = budget_.account(devices_.at(device), 0);
    return bytes_in_words(account.pinned) + " of " + device + " are held by pinned models, " +
           bytes_in_words(account.busy) + " by models that work or come, " +
           bytes_in_words(account.idle) + " by idle ones";
}

std::optional<Error> DeviceMemory::beyond(const std::string& device, scheduler::Bytes bytes) const {
    const scheduler::DeviceId id = devices_.at(device);
    const scheduler::Bytes total = total_of(device), held = budget_.held(id);
    const scheduler::Bytes pinned = budget_.account(id, 0).pinned;
    const std::optional<scheduler::Bytes> free = free_of(device);
    if (total == 0 || !free) return std::nullopt;
    if (bytes <= std::min(total, *free + scheduler::less(held, pinned))) return std::nullopt;
    return Error{
        Errc::out_of_memory,
        bytes_in_words(bytes) + " cannot be lent of " + device + ": " + bytes_in_words(*free) +
            " of its " + bytes_in_words(total) + " are free, and models could give back " +
            bytes_in_words(scheduler::less(held, pinned)),
        pinned > 0 ? "lend less, or release a pin: pinned models hold " + bytes_in_words(pinned)
                   : "lend less",
        0, 0};
}

Error DeviceMemory::loan_refusal(const std::string& device,
                                 const scheduler::Shortage& shortage) const {
    return {Errc::out_of_memory,
            device + " is not free enough to be lent: " + bytes_in_words(shortage.pinned) +
                " are held by pinned models, " + bytes_in_words(shortage.busy) +
                " by models that work",
            "release a pin, lend less, or try again when less is to do", 0, 1000};
}

Error DeviceMemory::refusal(const ModelVersion& model, const scheduler::Shortage& shortage) const {
    std::string text = "model \"" + model.file.name + "\" does not fit: it needs " +
                       bytes_in_words(shortage.wanted) + " of the " +
                       bytes_in_words(shortage.limit) + " that models may hold of " + model.device +
                       " now; ";
    text += bytes_in_words(shortage.pinned) + " are held by pinned models, " +
            bytes_in_words(shortage.busy) + " by models that work, " +
            bytes_in_words(shortage.idle) + " by idle ones";
    const bool alone = shortage.wanted > shortage.limit;
    const auto lower = [&](const std::map<std::string, scheduler::Bytes>& limits) {
        const auto found = limits.find(model.device);
        return found != limits.end() && found->second <= shortage.limit;
    };
    if (lower(ceilings_))
        return {Errc::out_of_memory,
                text + "; the rest of " + model.device + " is lent, see `samovar ps`",
                "try again when the command that it is lent to has ended", 0, 1000};
    if (lower(beside_others_))
        return {Errc::out_of_memory,
                text + "; other programs have the rest of " + model.device +
                    ", or leave_free keeps it for them",
                "try again when they need less, or lower leave_free in samovard.toml", 0, 1000};
    return {Errc::out_of_memory, std::move(text),
            alone                 ? "raise the budget in samovard.toml"
            : shortage.pinned > 0 ? "release a pin, or raise the budget in samovard.toml"
                                  : "try again when less is to do, or raise the budget",
            0, alone ? std::uint64_t{0} : std::uint64_t{1000}};
}

}  // namespace samovar::daemon
