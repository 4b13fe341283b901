#include "tests/torture/places.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <string>
#include <system_error>

#include "ipc/os/unique_fd.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;

const std::initializer_list<fs::path> kPlaces = {"/dev/shm", "/tmp", "/run"};

void mount_or_throw(const std::string& what, const fs::path& at, const char* type,
                    unsigned long flags) {
    if (::mount(what.c_str(), at.c_str(), type, flags, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "a private " + at.string());
}

void enter_namespaces() {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    // Who is not root may mount only where it is root of a namespace.
    if (::unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) != 0)
        throw std::system_error(errno, std::generic_category(), "namespaces of one's own");
    if (uid != 0) {
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << uid << ' ' << uid << " 1";
        std::ofstream("/proc/self/gid_map") << gid << ' ' << gid << " 1";
    }
    mount_or_throw("none", "/", nullptr, MS_REC | MS_PRIVATE);
}

bool is_inside(const fs::path& path, const fs::path& folder) {
    const fs::path way = path.lexically_relative(folder);
    return !way.empty() && *way.begin() != "..";
}

}  // namespace

PrivatePlaces::PrivatePlaces(std::vector<fs::path> kept) {
    // Held open over the mounts that cover them.
    std::map<fs::path, ipc::UniqueFd> folders;
    enter_namespaces();
    for (const fs::path& name : kept) {
        const fs::path folder = fs::canonical(name);
        for (const fs::path& place : kPlaces)
            if (is_inside(folder, place))
                folders[folder].reset(::open(folder.c_str(), O_PATH | O_CLOEXEC));
    }
    for (const fs::path& place : kPlaces)
        if (fs::is_directory(place)) mount_or_throw("tmpfs", place, "tmpfs", MS_NOSUID);
    for (const auto& [folder, fd] : folders) {
        fs::create_directories(folder);
        mount_or_throw("/proc/self/fd/" + std::to_string(fd.get()), folder, nullptr,
                       MS_BIND | MS_REC);
        kept_.insert(folder);
        for (fs::path way = folder.parent_path(); way.has_relative_path(); way = way.parent_path())
            ways_.insert(way);
    }
}

std::set<fs::path> PrivatePlaces::found(const std::set<fs::path>& folders) const {
    std::set<fs::path> found;
    for (const fs::path& place : kPlaces) {
        if (!fs::is_directory(place)) continue;
        for (auto entry = fs::recursive_directory_iterator(place);
             entry != fs::recursive_directory_iterator(); ++entry) {
            const fs::path& path = entry->path();
            if (kept_.contains(path) || folders.contains(path)) entry.disable_recursion_pending();
            if (!kept_.contains(path) && !ways_.contains(path)) found.insert(path);
        }
    }
    return found;
}

}  // namespace samovar::torture
