#pragma once
// The commands; registry.cpp puts them in order.

#include "client/cli/command.hpp"

namespace samovar::cli {

extern const Command kRun, kPing, kPs, kModels, kInfo, kLoad, kUnload, kAdd, kRemove, kReload,
    kSimulate, kWhy, kWarmth, kTop, kEvents, kWarm, kPark, kPin, kHold, kRelease, kLend, kBench,
    kWhoAmI, kMetrics, kDoctor, kDebugReport, kCompletion, kSetupTorch;

}  // namespace samovar::cli
