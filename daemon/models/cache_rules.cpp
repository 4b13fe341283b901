#include "daemon/models/cache_rules.hpp"

#include <optional>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

// A result that fits no message is larger than the least; the most is what a machine has.
constexpr std::uint64_t kLeastCache = 64u << 10, kLargestCache = std::uint64_t{1} << 42;

}  // namespace

std::uint64_t read_cache(TomlReader& top) {
    std::optional<TomlReader> reader = top.table("cache");
    if (!reader) return 0;
    reader->allow({"results"});
    const std::string text = reader->text("results");
    const auto bytes = ipc::parse_bytes(text);
    const bool off = text == "0";
    if (!off && (!bytes || *bytes < kLeastCache || *bytes > kLargestCache))
        reader->fail("results",
                     "must be a number of bytes from 64KiB to 4TiB, such as \"256MiB\", or \"0\"");
    reader->finish();
    return off ? 0 : *bytes;
}

}  // namespace samovar::daemon
