#pragma once
#include <sys/types.h>

#include <samovar/error.hpp>

#include "daemon/service/environment.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// The listening sockets that systemd has opened; none where it has opened none.
struct HandedSockets {
    ipc::UniqueFd sessions;  // clients connect to it
    ipc::UniqueFd metrics;   // scrapers do: a unit's FileDescriptorName=metrics
};

// What systemd opened for the process `self` before it started it (sd_listen_fds(3)): LISTEN_FDS
// descriptors from 3 on, if LISTEN_PID is `self`. Before anything is opened, which could be given
// these numbers. Errors: `invalid_argument` where one is no listening Unix stream socket, or where
// there are two for the same; the message tells what it is.
Result<HandedSockets> take_handed_sockets(const Environment& environment, pid_t self);

}  // namespace samovar::daemon
