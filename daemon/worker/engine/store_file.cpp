#include "daemon/worker/engine/store_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

namespace samovar::worker {

Result<StoreFile> open_store_file(const std::string& path) {
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
    return StoreFile{std::move(fd), static_cast<std::size_t>(info.st_size)};
}

int share_out(std::size_t size, std::size_t chunk_bytes, std::size_t threads,
              const std::function<int(std::size_t begin, std::size_t bytes)>& work,
              const std::function<void(std::size_t done)>& told) {
    std::atomic<std::size_t> next = 0, done = 0;
    std::atomic<int> failure = 0;
    // The next chunk that no thread has taken; false after the last, and once one has failed.
    const auto take_chunk = [&] {
        const std::size_t begin = next.fetch_add(chunk_bytes);
        if (begin >= size || failure != 0) return false;
        const std::size_t bytes = std::min(chunk_bytes, size - begin);
        if (const int fault = work(begin, bytes); fault != 0) {
            failure = fault;
            return false;
        }
        done += bytes;
        return true;
    };
    {
        std::vector<std::jthread> helpers;
        const std::size_t chunks = (size + chunk_bytes - 1) / chunk_bytes;
        try {
            for (std::size_t i = 1; i < std::min(threads, chunks); ++i)
                helpers.emplace_back([&] {
                    while (take_chunk()) {
                    }
                });
        } catch (const std::system_error&) {
            // No memory for one more stack, or no more threads: those that there are do it.
        }
        while (take_chunk())
            if (told) told(done);
    }
    return failure;
}

}  // namespace samovar::worker
