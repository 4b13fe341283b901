#pragma once
#include <sys/types.h>

#include <samovar/error.hpp>

#include "daemon/service/environment.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// The listening socket that systemd opened for the process `self` before it started it
// (sd_listen_fds(3)): LISTEN_FDS descriptors from 3 on, if LISTEN_PID is `self`. None where there
// is none. Before anything is opened, which could be given that number. Errors: `invalid_argument`
// where it is not one listening Unix stream socket; the message tells what it is.
Result<ipc::UniqueFd> take_handed_socket(const Environment& environment, pid_t self);

}  // namespace samovar::daemon
