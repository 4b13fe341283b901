#include "daemon/residency/device_memory.hpp"

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
    return found->second.budget->of(machine_.total);
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

bool DeviceMemory::watches_others() const {
    const auto options = options_.devices.find("cpu");
    return options != options_.devices.end() && options->second.leave_free &&
           devices_.contains("cpu");
}

bool DeviceMemory::look_at_others() {
    if (!watches_others()) return false;
    const scheduler::DeviceId cpu = devices_.at("cpu");
    const HostMemory host = read_meminfo(options_.meminfo);
    if (host.total == 0) return true;  // it does not say
    const std::uint64_t free = host.available;
    const std::uint64_t reserve = options_.devices.at("cpu").leave_free->of(machine_.total);
    beside_others_ = scheduler::less(budget_.held(cpu) + free, reserve);
    apply_limit("cpu", scheduler::Clock::now());
    return budget_.held(cpu) > 0 || budget_.has_displaced(cpu);
}

void DeviceMemory::apply_limit(const std::string& device, scheduler::Time now) {
    scheduler::Bytes limit = limit_of(device);
    if (const auto ceiling = ceilings_.find(device); ceiling != ceilings_.end())
        limit = std::min(limit, ceiling->second);
    if (device == "cpu") limit = std::min(limit, beside_others_);
    budget_.set_limit(devices_.at(device), limit, now);
}

void DeviceMemory::add(const ModelVersion& model, std::optional<scheduler::ModelId> instead_of,
                       scheduler::Time now) {
    budget_.add(model.id, device(model.device, now), model.artefact_bytes, instead_of);
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
        scheduler::Bytes bytes = candidate.artefact_bytes;
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
            {candidate.folder, candidate.file.pinned_at + ": it holds " + bytes_in_words(bytes) +
                                   ", and " + bytes_in_words(sum) + " of the " +
                                   bytes_in_words(limit) + " that models may hold of " +
                                   candidate.device +
                                   " are pinned already: remove pinned = true, or raise device." +
                                   candidate.device + ".budget in samovard.toml"});
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
                 "model \"" + model.file.name + "\" cannot be pinned: it holds " +
                     bytes_in_words(bytes) + ", and " + bytes_in_words(pinned) + " of the " +
                     bytes_in_words(limit) + " that models may hold of " + model.device +
                     " are pinned already",
                 "release another pin, or raise the budget in samovard.toml", 0, 0};
}

std::string DeviceMemory::holders(const std::string& device) const {
    const scheduler::Shortage account = budget_.account(devices_.at(device), 0);
    return bytes_in_words(account.pinned) + " of " + device + " are held by pinned models, " +
           bytes_in_words(account.busy) + " by models that work or come, " +
           bytes_in_words(account.idle) + " by idle ones";
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
    return {Errc::out_of_memory, std::move(text),
            alone                 ? "raise the budget in samovard.toml"
            : shortage.pinned > 0 ? "release a pin, or raise the budget in samovard.toml"
                                  : "try again when less is to do, or raise the budget",
            0, alone ? std::uint64_t{0} : std::uint64_t{1000}};
}

}  // namespace samovar::daemon
