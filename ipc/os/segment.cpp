#include "ipc/os/segment.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <string>

#ifndef MFD_NOEXEC_SEAL  // Linux 6.3; older kernels answer EINVAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace samovar::ipc {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Error bad(std::string what) {
    return {Errc::bad_descriptor, std::move(what),
            "pass a memfd sealed with F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_SEAL", 0, 0};
}

// The kernel's estimate of what can be allocated without swapping, in bytes. fallocate() on a memfd
// knows no bound: past it, it does not fail but has the out-of-memory killer choose a victim.
std::uint64_t available_memory() {
    std::ifstream file("/proc/meminfo");
    std::uint64_t kilobytes = 0;
    for (std::string word; file >> word;)
        if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    return std::numeric_limits<std::int64_t>::max();
}

Error no_memory(std::uint64_t bytes) {
    return {Errc::out_of_memory, "no memory for a channel of " + std::to_string(bytes) + " bytes",
            "open a smaller channel, or close some", 0, 0};
}

}  // namespace

Result<UniqueFd> create_segment(std::uint64_t bytes) {
    if (bytes > available_memory()) return no_memory(bytes);
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    UniqueFd fd(::memfd_create("samovar-channel", kFlags | MFD_NOEXEC_SEAL));
    if (!fd && errno == EINVAL) fd.reset(::memfd_create("samovar-channel", kFlags));
    if (!fd) return io_error("memfd_create", errno);

    int status = 0;
    do {
        status = ::fallocate(fd.get(), 0, 0, static_cast<off_t>(bytes));
    } while (status != 0 && errno == EINTR);
    if (status != 0) {
        if (errno == ENOSPC || errno == ENOMEM) return no_memory(bytes);
        return io_error("allocating a channel", errno);
    }
    if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return io_error("sealing a channel", errno);
    return fd;
}

Result<void> check_segment(int fd, std::uint64_t bytes) {
    if (bytes == 0 || bytes % kPageBytes != 0)
        return bad("a channel of " + std::to_string(bytes) + " bytes is not made of whole pages");
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0) return bad("the descriptor is no memfd");
    if ((seals & kSeals) != kSeals) return bad("the memfd is not sealed");
    if (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
        return bad("the memfd is sealed against writing");
    const int mode = ::fcntl(fd, F_GETFL);
    if (mode < 0 || (mode & O_ACCMODE) != O_RDWR || (mode & O_PATH))
        return bad("the memfd is not open for reading and writing");
    // Huge pages come from a pool: a client that punches a hole could leave a worker with a SIGBUS.
    struct statfs filesystem {};
    if (::fstatfs(fd, &filesystem) != 0) return io_error("fstatfs", errno);
    if (filesystem.f_type != TMPFS_MAGIC) return bad("the memfd is made of huge pages");
    struct stat info {};
    if (::fstat(fd, &info) != 0) return io_error("fstat", errno);
    if (!S_ISREG(info.st_mode)) return bad("the descriptor is no memfd");
    if (static_cast<std::uint64_t>(info.st_size) != bytes)
        return bad("the memfd has " + std::to_string(info.st_size) + " bytes where " +
                   std::to_string(bytes) + " were announced");
    // A sparse memfd would let a client make a worker allocate the missing pages by reading them.
    if (static_cast<std::uint64_t>(info.st_blocks) * 512 < bytes)
        return bad("the memfd is not allocated in full");
    return {};
}

}  // namespace samovar::ipc
