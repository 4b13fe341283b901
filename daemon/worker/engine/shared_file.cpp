#include "daemon/worker/engine/shared_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "daemon/worker/engine/store_file.hpp"

namespace samovar::worker {
namespace {

// What one thread takes at a time: a millisecond from the page cache, many requests of a disk.
constexpr std::size_t kShareBytes = 4u << 20;
// The kernel takes no more of an order than the device's read-ahead, and says nothing of the rest.
constexpr off_t kOrderBytes = 128 << 10;

// Returns 0, or an errno.
int read_whole(int fd, std::uint64_t offset, std::span<std::byte> into) {
    while (!into.empty()) {
        const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return EIO;
        into = into.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return 0;
}

}  // namespace

Result<SharedFile> SharedFile::open(const std::string& path) {
    Result<StoreFile> file = open_store_file(path);
    if (!file) return file.error();
    ::posix_fadvise(file->fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return SharedFile(std::move(file->fd), file->size);
}

void SharedFile::read_ahead() const noexcept {
    for (std::size_t at = 0; at < size_; at += std::size_t{kOrderBytes})
        ::posix_fadvise(fd_.get(), static_cast<off_t>(at), kOrderBytes, POSIX_FADV_WILLNEED);
}

Result<void> SharedFile::read(std::uint64_t offset, std::span<std::byte> into,
                              std::size_t threads) const {
    const auto copy = [&](std::size_t begin, std::size_t bytes) {
        return read_whole(fd_.get(), offset + begin, into.subspan(begin, bytes));
    };
    if (const int fault = share_out(into.size(), kShareBytes, threads, copy); fault != 0)
        return io_error("reading a model's file", fault);
    return {};
}

}  // namespace samovar::worker
