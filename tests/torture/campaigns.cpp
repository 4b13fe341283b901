#include <array>
#include <csignal>
#include <cstdio>

#include "tests/torture/campaign.hpp"

namespace samovar::torture {
namespace {

volatile std::sig_atomic_t asked_to_end = 0;

}  // namespace

void listen_for_the_end() {
    std::signal(SIGTERM, [](int) { asked_to_end = 1; });
}

bool is_to_end() {
    return asked_to_end != 0;
}

std::span<const Campaign* const> campaigns() {
    static constexpr std::array kCampaigns{&kClients,    &kWorker, &kDaemon,      &kEverything,
                                           &kSoak,       &kCalls,  &kDescriptors, &kMutation,
                                           &kNeighbours, &kHoard};
    return kCampaigns;
}

bool Pace::next() {
    if (!first_) ++done_;
    first_ = false;
    const Clock::time_point now = Clock::now();
    if (now - told_ > std::chrono::seconds(10)) {
        told_ = now;
        std::fprintf(stderr, "%llu %s, %lld s\n", static_cast<unsigned long long>(done_),
                     campaign_.counts.data(),
                     static_cast<long long>(
                         std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count()));
    }
    if (is_to_end()) return false;
    return settings_.lasts ? now - begun_ < *settings_.lasts : done_ < settings_.count;
}

}  // namespace samovar::torture
