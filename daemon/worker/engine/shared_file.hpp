#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::worker {

// A file of the store that several threads read together. Copies, from the page cache or past it:
// for what wants its own memory; MappedFile is for what does not.
class SharedFile {
  public:
    // Errors: `bad_model` (missing, empty, no regular file), `io`.
    static Result<SharedFile> open(const std::string& path);

    std::size_t size() const noexcept { return size_; }
    // Fills `into` with what begins at `offset`, by this thread and, where it is much, by up to
    // `threads` - 1 more. Errors: `io`, also where the file ends before.
    Result<void> read(std::uint64_t offset, std::span<std::byte> into, std::size_t threads) const;

    // Asks the kernel to read all of it; may wait for the disk to take the orders.
    void read_ahead() const noexcept;

  private:
    SharedFile(ipc::UniqueFd fd, std::size_t size) : fd_(std::move(fd)), size_(size) {}
    ipc::UniqueFd fd_;
    std::size_t size_;
};

}  // namespace samovar::worker
