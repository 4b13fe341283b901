#pragma once
#include <map>
#include <optional>
#include <string>

#include "daemon/budget_options.hpp"
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
    // The limit of the configuration.
    scheduler::Bytes limit_of(const std::string& device) const;
    // What pinned models hold of it, or would if they were hot.
    scheduler::Bytes pinned(const std::string& device) const;
    // A limit below that, while something is lent.
    void set_ceiling(const std::string& device, scheduler::Bytes ceiling);
    Error loan_refusal(const std::string& device, const scheduler::Shortage& shortage) const;

    // Looks at how much memory other programs leave, where a reserve is to be left to them. Whether
    // it has to be looked at again, as models hold memory or wait for some.
    bool look_at_others();
    bool watches_others() const;

    // What models hold of a device.
    std::string holders(const std::string& device) const;
    // Why there is no room.
    Error refusal(const ModelVersion& model, const scheduler::Shortage& shortage) const;

  private:
    scheduler::DeviceId device(const std::string& name, scheduler::Time now);
    void apply_limit(const std::string& device, scheduler::Time now);

    BudgetOptions options_;
    HostMemory machine_;
    scheduler::Budget budget_;
    std::map<std::string, scheduler::DeviceId> devices_;
    std::map<std::string, scheduler::Bytes> ceilings_;
    scheduler::Bytes beside_others_ = scheduler::kUnlimited;  // what the CPU's models may hold so
};

}  // namespace samovar::daemon
