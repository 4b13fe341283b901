#include "daemon/worker/engine/shared_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

namespace samovar::worker {
namespace {

// What one thread takes at a time: a millisecond from the page cache, many requests of a disk.
constexpr std::size_t kShareBytes = 4u << 20;

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
    ipc::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        Error error = io_error("opening " + path, errno);
        error.code = Errc::bad_model;
        return error;
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return io_error("examining " + path, errno);
    if (!S_ISREG(info.st_mode) || info.st_size == 0)
        return Error{Errc::bad_model, path + " is no file, or an empty one", "", 0, 0};
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return SharedFile(std::move(fd), static_cast<std::size_t>(info.st_size));
}

void SharedFile::read_ahead() const noexcept {
    ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_WILLNEED);
}

Result<void> SharedFile::read(std::uint64_t offset, std::span<std::byte> into,
                              std::size_t threads) const {
    std::atomic<std::size_t> next = 0;
    std::atomic<int> failure = 0;
    const auto take_shares = [&] {
        for (std::size_t at = next.fetch_add(kShareBytes); at < into.size() && failure == 0;
             at = next.fetch_add(kShareBytes)) {
            const std::size_t bytes = std::min(kShareBytes, into.size() - at);
            if (const int fault = read_whole(fd_.get(), offset + at, into.subspan(at, bytes)))
                failure = fault;
        }
    };
    {
        std::vector<std::jthread> helpers;
        const std::size_t shares = (into.size() + kShareBytes - 1) / kShareBytes;
        for (std::size_t i = 1; i < std::min(threads, shares); ++i)
            helpers.emplace_back(take_shares);
        take_shares();
    }
    if (failure != 0) return io_error("reading a model's file", failure);
    return {};
}

}  // namespace samovar::worker
