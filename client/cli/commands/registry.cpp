#include <array>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {

std::span<const Command* const> commands() {
    static constexpr std::array kCommands{&kRun,    &kModels, &kInfo,   &kPs,     &kLoad,
                                          &kUnload, &kAdd,    &kRemove, &kReload, &kPing};
    return kCommands;
}

}  // namespace samovar::cli
