#include "client/cli/held_signals.hpp"

#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace samovar::cli {
namespace {

sigset_t signals_to_hold() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM}) {
        struct sigaction current {};
        ::sigaction(number, nullptr, &current);
        if (current.sa_handler != SIG_IGN) sigaddset(&set, number);
    }
    return set;
}

}  // namespace

HeldSignals::HeldSignals() {
    const sigset_t set = signals_to_hold();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

HeldSignals::~HeldSignals() {
    const sigset_t set = signals_to_hold();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace samovar::cli
