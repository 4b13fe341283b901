#include "ipc/os/mapping.hpp"

#include <utility>

#include "ipc/os/segment.hpp"

namespace samovar::ipc {

Result<Mapping> Mapping::open(int fd, std::uint64_t bytes) {
    if (Result<void> checked = check_segment(fd, bytes); !checked) return checked.error();
    try {
        return Mapping(boost::interprocess::mapped_region(
            MappableFd(fd), boost::interprocess::read_write, 0, static_cast<std::size_t>(bytes)));
    } catch (const boost::interprocess::interprocess_exception& fault) {
        return io_error("mapping a channel", fault.get_native_error());
    }
}

}  // namespace samovar::ipc
