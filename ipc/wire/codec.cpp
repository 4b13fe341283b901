#include "ipc/wire/codec.hpp"

#include <string>

namespace samovar::ipc::detail {

void check_count(std::uint64_t count, std::size_t limit, std::size_t room) {
    if (count > limit)
        throw CodecFault("a count of " + std::to_string(count) + " where at most " +
                         std::to_string(limit) + " are allowed");
    if (count > room) throw CodecFault("a count that is larger than the bytes that follow");
}

}  // namespace samovar::ipc::detail
