#pragma once
#include <string>
#include <vector>

#include "client/cli/command.hpp"
#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

// The daemon that callers would reach: whether it answers, as what, and what it thinks of its
// models; or where none answers, why.
struct DaemonLook {
    Findings findings;
    bool answers = false;
    std::uint32_t pid = 0;
    std::string socket;
};
DaemonLook look_at_daemon(const Invocation& invocation);

// The socket's file and the groups, for who may not reach it.
Finding check_socket(const std::string& socket);
Finding check_groups();

// What `samovard --check` says of the configuration and the models that a daemon started now would
// have, and of their places.
struct ConfigurationLook {
    Findings findings;
    std::string models, store, state, worker_folder;  // empty where nothing is known
};
// `of_the_system`: with the places of the service, else this user's.
ConfigurationLook look_at_configuration(bool of_the_system);
ConfigurationLook parse_check(const std::string& lines);

}  // namespace samovar::cli
