#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/budget_options.hpp"
#include "daemon/devices/gpu_reading.hpp"
#include "daemon/models/registry.hpp"
#include "scheduler/budget/budget.hpp"

namespace samovar::daemon {

// How much memory this machine has, and how much of it is free without swapping; 0 where `meminfo`
// does not say.
struct HostMemory {
    std::uint64_t total = 0, available = 0;
};
HostMemory read_meminfo(const std::filesystem::path& meminfo);
// What a process holds of memory that is no file's; 0 where it is gone.
std::uint64_t anonymous_bytes(pid_t process);

// What models hold of each device and of the host: scheduler::Budget under the limits of the
// configuration, and its words. Loop thread only.
class DeviceMemory {
  public:
    explicit DeviceMemory(BudgetOptions options);

    scheduler::Budget& budget() { return budget_; }
    const scheduler::Budget& budget() const { return budget_; }

    void add(const ModelVersion& model, std::optional<scheduler::ModelId> instead_of,
             scheduler::Time now);
    // It was loaded, and measured.
    void loaded(const ModelVersion& model, bool can_park, scheduler::Time now);

    // Rejects the candidates whose pins cannot be kept: those which, in the order of their folders,
    // do not fit into the budget of their device any more.
    void reject_pins(Scan& scan, const Registry& registry) const;
    // Whether a pin of this model fits beside the others'; the error to refuse it with.
    std::optional<Error> pin_refusal(const ModelVersion& model) const;

    std::optional<scheduler::DeviceId> find_device(const std::string& name) const;
    // The first GPU that models are for, else the CPU.
    std::string usual_device() const;
    // The limit of the configuration; none either for a share of a GPU that was not seen yet.
    scheduler::Bytes limit_of(const std::string& device) const;
    // All its memory; 0 where that is not known.
    scheduler::Bytes total_of(const std::string& device) const;
    // What pinned models hold of it, or would if they were hot.
    scheduler::Bytes pinned(const std::string& device) const;
    // A limit below that, while something is lent.
    void set_ceiling(const std::string& device, scheduler::Bytes ceiling);
    // Why so much is never free of it, whoever leaves; nothing where it may be, or nobody knows.
    std::optional<Error> beyond(const std::string& device, scheduler::Bytes bytes) const;
    Error loan_refusal(const std::string& device, const scheduler::Shortage& shortage) const;

    // ---- What other programs leave, where a reserve is to be left to them ----------------------
    bool has_reserve(const std::string& device) const;
    // Whether it has to be looked at again, as models hold memory or wait for some.
    bool watches(const std::string& device) const;
    bool watches_any() const;
    // Looks at the CPU's.
    void look_at_machine();

    // ---- What NVML tells of GPUs ---------------------------------------------------------------
    // Those of the configuration, and those that models are for.
    std::set<std::string> gpus() const;
    // Those whose limits are not known without it.
    std::set<std::string> gpus_with_limits_to_see() const;
    // What models hold of each device, to be given to seen() with what was read afterwards.
    using Held = std::map<std::string, scheduler::Bytes>;
    Held held() const;
    // Takes in what was read. True where a GPU's memory became known.
    bool seen(const GpuReadings& readings, const Held& held_before);

    // What there is to tell of each device, but for what is lent of it.
    std::vector<ipc::DeviceStatus> status() const;

    // What models hold of a device.
    std::string holders(const std::string& device) const;
    // Why there is no room.
    Error refusal(const ModelVersion& model, const scheduler::Shortage& shortage) const;

  private:
    std::optional<scheduler::Bytes> free_of(const std::string& device) const;
    // More is to be left free of it than it has; else empty.
    std::string impossible_reserve(const std::string& device) const;
    void unseen(const std::string& device, const std::string& why);
    std::optional<Amount> reserve(const std::string& device) const;
    scheduler::DeviceId device(const std::string& name, scheduler::Time now);
    void apply_limit(const std::string& device, scheduler::Time now);

    BudgetOptions options_;
    HostMemory machine_;
    scheduler::Budget budget_;
    std::map<std::string, scheduler::DeviceId> devices_;
    std::map<std::string, scheduler::Bytes> ceilings_;
    std::map<std::string, scheduler::Bytes> beside_others_;  // what models may hold so
    std::map<std::string, GpuReading> gpus_;                 // as last seen
    std::map<std::string, std::string> unseen_;              // why not any more, or not yet
};

}  // namespace samovar::daemon
