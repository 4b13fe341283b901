#include "client/cli/doctor/service.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "client/address.hpp"
#include "client/cli/doctor/program.hpp"

namespace samovar::cli {
namespace {

constexpr const char* kGroup = "samovar";
constexpr std::chrono::seconds kCheckPatience{60};

bool in_group(gid_t group) {
    if (::getegid() == group) return true;
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    return count > 0 && std::ranges::find(groups, group) != groups.end();
}

Finding about_version(const std::string& daemon) {
    const std::string ours = "samovard " SAMOVAR_VERSION;
    if (daemon == ours) return fine("version", daemon + ", as this program is");
    return doubtful("version", daemon + " answers, and this program is " SAMOVAR_VERSION,
                    "`systemctl restart samovard` after an upgrade");
}

void add_models(Client& client, Findings& findings) {
    const auto models = client.models();
    if (!models) {
        findings.push_back(bad("models", describe(models.error()), ""));
        return;
    }
    for (const ModelSummary& model : *models)
        if (!model.problem.empty())
            findings.push_back(
                bad("model " + model.name, model.problem, "mend it, then `samovar reload`"));
}

void add_workers(Client& client, Findings& findings) {
    const auto status = client.status();
    if (!status) return;
    for (const WorkerStatus& worker : status->workers) {
        if (to_string(worker.state) == "failed")
            findings.push_back(bad("worker " + worker.name, "died too often: " + worker.problem,
                                   "`samovar load MODEL` tries again; the log says more"));
        if (worker.state == WorkerState::ready && worker.sandbox != Confinement::full)
            findings.push_back(doubtful(
                "worker " + worker.name,
                "its sandbox is " + std::string(to_string(worker.sandbox)) +
                    ": what its models may do beyond it, they may do as the daemon's user",
                "`sandbox` in samovard.toml; the daemon's log says what the kernel lacks"));
    }
    for (const DeviceStatus& device : status->devices)
        if (!device.problem.empty())
            findings.push_back(doubtful("device " + device.name, device.problem,
                                        "its budget goes by what models are known to hold"));
}

}  // namespace

DaemonLook look_at_daemon(const Invocation& invocation) {
    DaemonLook look;
    Result<Client> client = invocation.connect();
    if (!client) {
        for (const std::string& candidate : client::socket_candidates(invocation.socket, ::getenv))
            if (std::error_code fault; std::filesystem::exists(candidate, fault))
                look.socket = candidate;
        // None is no fault where the first job starts one; one that is there and refuses is.
        const bool none = client.error().code == Errc::no_daemon && look.socket.empty();
        const std::string why = client.error().message;
        look.findings.push_back(
            none ? doubtful("daemon", why,
                            "`systemctl start samovard.socket`, or `samovar run`, which starts one "
                            "for this user")
                 : bad("daemon", why, client.error().hint));
        return look;
    }
    look.answers = true;
    look.socket = client->socket();
    const auto ping = client->ping();
    if (!ping) {
        look.findings.push_back(bad("daemon", describe(ping.error()), "see its log"));
        return look;
    }
    look.pid = ping->pid;
    look.findings.push_back(
        fine("daemon", fmt::format("pid {} answers at {}", ping->pid, look.socket)));
    look.findings.push_back(about_version(client->daemon().name));
    add_models(*client, look.findings);
    add_workers(*client, look.findings);
    return look;
}

Finding check_socket(const std::string& socket) {
    struct stat info {};
    if (::stat(socket.c_str(), &info) != 0)
        return bad("socket", socket + ": " + std::generic_category().message(errno),
                   "let this user into the folders above it");
    if (!S_ISSOCK(info.st_mode))
        return bad("socket", socket + " is no socket", "remove it, and start the daemon");
    const group* owner = ::getgrgid(info.st_gid);
    const std::string what = fmt::format("{}: mode {:04o}, group {}", socket, info.st_mode & 07777,
                                         owner ? owner->gr_name : std::to_string(info.st_gid));
    if (::access(socket.c_str(), R_OK | W_OK) != 0)
        return bad(
            "socket", what + ": not for this user",
            fmt::format("usermod -aG {} NAME, and log in anew", owner ? owner->gr_name : kGroup));
    if ((info.st_mode & S_IWOTH) != 0)
        return doubtful("socket", what + ": anybody on this machine may submit jobs",
                        "SocketMode=0660 in the unit, or socket_mode in samovard.toml");
    return fine("socket", what);
}

Finding check_groups() {
    const group* entry = ::getgrnam(kGroup);
    if (!entry)
        return doubtful("group", std::string("there is no group ") + kGroup,
                        "`systemd-sysusers`, where the service is to run");
    if (::geteuid() == 0 || in_group(entry->gr_gid))
        return fine("group", "this user may submit jobs to the system's daemon");
    return doubtful("group", std::string("this user is not in group ") + kGroup,
                    fmt::format("usermod -aG {} NAME, and log in anew", kGroup));
}

ConfigurationLook parse_check(const std::string& lines) {
    ConfigurationLook look;
    std::istringstream text(lines);
    for (std::string line; std::getline(text, line);) {
        const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (!json.is_object()) continue;
        if (const auto places = json.find("places"); places != json.end()) {
            look.models = places->value("models", "");
            look.store = places->value("store", "");
            look.state = places->value("state", "");
            look.worker_folder = places->value("worker_folder", "");
            continue;
        }
        const std::string level = json.value("level", "");
        look.findings.push_back({level == "ok"     ? Finding::Level::ok
                                 : level == "warn" ? Finding::Level::warn
                                                   : Finding::Level::fail,
                                 json.value("subject", ""), json.value("what", ""),
                                 json.value("way_out", "")});
    }
    return look;
}

ConfigurationLook look_at_configuration(bool of_the_system) {
    std::vector<std::string> environment;
    // As the unit has systemd set them.
    if (of_the_system)
        environment = {"STATE_DIRECTORY=/var/lib/samovar", "CACHE_DIRECTORY=/var/cache/samovar",
                       "CONFIGURATION_DIRECTORY=/etc/samovar"};
    const Result<Outcome> check =
        run_program({daemon_program(), "--check"}, environment, kCheckPatience);
    if (!check)
        return {{doubtful("samovard", describe(check.error()),
                          "install it beside `samovar`; without it models are not looked at")},
                "",
                "",
                "",
                ""};
    if (!check->err.empty()) {
        std::string why = check->err;
        why.erase(why.find_last_not_of('\n') + 1);
        return {{bad("configuration", why, "mend samovard.toml")}, "", "", "", ""};
    }
    return parse_check(check->out);
}

}  // namespace samovar::cli
