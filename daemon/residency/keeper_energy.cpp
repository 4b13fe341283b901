// What Keeper tells of energy: the joules that devices used while models were hot and idle.

#include "daemon/residency/keeper.hpp"

namespace samovar::daemon {
namespace {

// A look at the counters of energy; what came between two looks counts only where nothing happened.
constexpr std::chrono::seconds kEnergyInterval{10};

}  // namespace

void Keeper::watch_energy() {
    if (stopped_ || std::exchange(watching_energy_, true)) return;
    energy_timer_.expires_after(kEnergyInterval);
    energy_timer_.async_wait([this](boost::system::error_code fault) {
        watching_energy_ = false;
        if (fault || stopped_) return;
        std::set<std::string> devices;
        for (const auto& [id, model] : dispatcher_.models())
            if (model->device != "cpu" && ladder_.view(id).residency == scheduler::Residency::hot)
                devices.insert(model->device);
        energy_told_ = false;
        if (devices.empty()) return let_gpus_go();
        // Where no device tells of energy, the next model that becomes hot asks again.
        look_at_gpus(devices, [this] {
            if (energy_told_)
                watch_energy();
            else
                let_gpus_go();
        });
    });
}

void Keeper::let_gpus_go() {
    if (!watch_.wanted() && !watching_energy_) gpus_.let_go();
}

// Of what a device used in a quiet interval each hot model has its share, by the bytes that it
// holds.
void Keeper::share_energy(const GpuReadings& readings) {
    for (const auto& [device, reading] : readings) {
        if (!reading || !reading->energy_mj) {
            energy_.disturbed(device);
            continue;
        }
        energy_told_ = true;
        std::map<scheduler::ModelId, double> shares;
        double all = 0;
        bool quiet = true;
        for (const auto& [id, model] : dispatcher_.models()) {
            if (model->device != device) continue;
            const auto view = ladder_.view(id);
            quiet = quiet && is_at_rest(view.residency) && view.standing.jobs == 0;
            if (view.residency != scheduler::Residency::hot) continue;
            shares[id] = static_cast<double>(memory_.budget().bytes(id));
            all += shares[id];
        }
        const std::optional<double> joules = energy_.read(device, *reading->energy_mj, quiet);
        if (!joules || all <= 0) continue;
        for (const auto& [id, bytes] : shares)
            records_.at(id)->warmth.energy(*joules * bytes / all);
    }
}

}  // namespace samovar::daemon
