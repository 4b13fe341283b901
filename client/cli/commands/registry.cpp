#include <array>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {

std::span<const Command* const> commands() {
    static constexpr std::array kCommands{
        &kRun,     &kModels,      &kInfo,       &kPs,     &kTop,      &kWarmth, &kWhy,
        &kEvents,  &kLoad,        &kUnload,     &kWarm,   &kPark,     &kPin,    &kHold,
        &kRelease, &kAdd,         &kRemove,     &kReload, &kWhoAmI,   &kPing,   &kMetrics,
        &kDoctor,  &kDebugReport, &kCompletion, &kBench,  &kSimulate, &kLend,   &kSetupTorch};
    return kCommands;
}

}  // namespace samovar::cli
