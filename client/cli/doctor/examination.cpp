#include "client/cli/doctor/examination.hpp"

#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "client/cli/doctor/devices.hpp"
#include "client/cli/doctor/kernel.hpp"
#include "client/cli/doctor/service.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;

void append(Findings& into, Findings more) {
    into.insert(into.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

// Whether it is the system's daemon that is looked at, by its socket, or where there is none by
// what is installed.
bool is_of_the_system(const DaemonLook& daemon) {
    std::error_code fault;
    if (!daemon.socket.empty()) return daemon.socket.starts_with("/run/samovar/");
    return ::geteuid() == 0 || fs::exists("/etc/samovar", fault);
}

Findings limits_of(const DaemonLook& daemon) {
    if (daemon.pid != 0)
        if (const auto limits = read_limits("/proc/" + std::to_string(daemon.pid) + "/limits"))
            return check_limits(*limits, "the daemon's");
    if (const auto limits = read_limits("/proc/self/limits"))
        return check_limits(*limits, "this shell's");
    return {};
}

}  // namespace

Findings examine(const Invocation& invocation) {
    Findings all = check_kernel(read_kernel());
    append(all, check_devices());
    DaemonLook daemon = look_at_daemon(invocation);
    append(all, limits_of(daemon));
    if (!daemon.socket.empty()) all.push_back(check_socket(daemon.socket));
    const bool of_the_system = is_of_the_system(daemon);
    if (of_the_system) all.push_back(check_groups());
    append(all, std::move(daemon.findings));
    ConfigurationLook configuration = look_at_configuration(of_the_system);
    append(all, std::move(configuration.findings));
    if (!configuration.worker_folder.empty())
        append(all, check_workers(configuration.worker_folder));
    for (const auto& [subject, folder] : {std::pair("disk of models", configuration.models),
                                          std::pair("disk of store", configuration.store),
                                          std::pair("disk of state", configuration.state)})
        if (!folder.empty()) all.push_back(check_disk(subject, folder));
    return all;
}

}  // namespace samovar::cli
