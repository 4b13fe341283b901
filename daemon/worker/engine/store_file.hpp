#pragma once
// What reading a file of the store takes, whether it is mapped or copied.

#include <cstddef>
#include <functional>
#include <string>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::worker {

struct StoreFile {
    ipc::UniqueFd fd;
    std::size_t size;
};
// Never waits for a pipe's other end. Errors: `bad_model` (missing, empty, no regular file), `io`.
Result<StoreFile> open_store_file(const std::string& path);

// Has `work(begin, bytes)` done for all of `size`, a chunk at a time and from the front, as a disk
// likes it, by this thread and up to `threads` - 1 more. `work` returns 0 or an errno; the first
// that is none ends it, and is returned. `told`: called by this thread after each of its chunks,
// with the bytes that are done so far.
int share_out(std::size_t size, std::size_t chunk_bytes, std::size_t threads,
              const std::function<int(std::size_t begin, std::size_t bytes)>& work,
              const std::function<void(std::size_t done)>& told = {});

}  // namespace samovar::worker
