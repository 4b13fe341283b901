#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {
namespace {

// Once for the process: a view of the file systems of its own, in which it may mount, and of which
// nothing reaches others.
int own_mounts() {
    static const int fault = [] {
        const int flags = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
        if (::unshare(flags) != 0) return errno;
        return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? 0 : errno;
    }();
    return fault;
}

}  // namespace

SmallDisk::SmallDisk(std::size_t bytes) {
    int fault = own_mounts();
    const std::string size = "mode=0700,size=" + std::to_string(bytes);
    if (fault == 0 && ::mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) != 0)
        fault = errno;
    mounted_ = fault == 0;
    if (!mounted_)
        why_not_ = "this process may not mount a file system of its own: " +
                   std::generic_category().message(fault);
}

SmallDisk::~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
    const ipc::UniqueFd file(
        ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    constexpr std::array<char, 4096> kPage{};
    while (::write(file.get(), kPage.data(), kPage.size()) > 0)
        continue;
    if (errno != ENOSPC) throw std::system_error(errno, std::generic_category(), "filling a disk");
}

void SmallDisk::empty() const {
    std::filesystem::remove(filler());
}

void SmallDisk::make_read_only() {
    if (::mount(nullptr, path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "remounting");
}

}  // namespace samovar::tests
