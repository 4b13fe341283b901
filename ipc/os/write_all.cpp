#include "ipc/os/write_all.hpp"

#include <unistd.h>

#include <cerrno>

namespace samovar::ipc {

Result<void> write_all(int fd, const std::string& path, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error("writing " + path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace samovar::ipc
