#pragma once
// Whole files in and out. Errors: `io`, with the path and the kernel's reason.

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/limits.hpp>

namespace samovar::cli {

// The most that is read of a file: what one tensor can hold, with room for a header.
inline constexpr std::uint64_t kMaxFileBytes = kMaxChannelBytes + (1u << 20);

// "-" is standard input. A copy, so that nobody can change it while it is decoded. A file of more
// than `most` bytes is refused.
Result<std::vector<std::byte>> read_file(const std::string& path,
                                         std::uint64_t most = kMaxFileBytes);

// Whole or not at all: written beside `path` and put in its place when it is whole, so that no
// reader sees a part, what was there stays when the disk is full, and (but on file systems without
// O_TMPFILE) whatever ends the process leaves nothing behind. What is no regular file (a pipe,
// /dev/null) is written to as it is.
Result<void> write_file(const std::string& path, std::span<const std::byte> bytes);

// Which file a path leads to; equal for two paths that lead to the same one.
struct FileId {
    dev_t device;
    ino_t inode;
    friend auto operator<=>(const FileId&, const FileId&) = default;
};
std::optional<FileId> file_id(const std::string& path);

}  // namespace samovar::cli
