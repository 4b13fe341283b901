#pragma once
#include <boost/interprocess/mapped_region.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::ipc {

// Something Boost.Interprocess can map: it asks for nothing but a handle.
class MappableFd {
  public:
    explicit MappableFd(int fd) noexcept : fd_(fd) {}
    boost::interprocess::mapping_handle_t get_mapping_handle() const noexcept {
        return boost::interprocess::ipcdetail::mapping_handle_from_file_handle(fd_);
    }

  private:
    int fd_;
};

// A channel's memory in this process. Its bytes can change at any moment under the reader: the
// other end writes when it likes.
class Mapping {
  public:
    // Checks the segment (see check_segment), then maps all of it. `fd` may be closed afterwards.
    // Errors: `bad_descriptor`, `io`.
    static Result<Mapping> open(int fd, std::uint64_t bytes);

    std::span<std::byte> bytes() const noexcept {
        return {static_cast<std::byte*>(region_.get_address()), region_.get_size()};
    }

  private:
    explicit Mapping(boost::interprocess::mapped_region region) noexcept
        : region_(std::move(region)) {}
    boost::interprocess::mapped_region region_;
};

}  // namespace samovar::ipc
