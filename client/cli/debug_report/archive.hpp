#pragma once
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::cli {

struct ArchiveFile {
    std::string name;  // with a folder before it; at most 99 bytes
    std::string text;
};

// Writes a new .tar.gz, readable for this user alone; one that is there is not replaced. Errors:
// `io`, `invalid_argument` (a name that is too long).
Result<void> write_archive(const std::filesystem::path& path, const std::vector<ArchiveFile>& files,
                           std::time_t now);

// The blocks of a tar archive (POSIX.1-1988, ustar).
Result<std::string> tar_of(const std::vector<ArchiveFile>& files, std::time_t now);

}  // namespace samovar::cli
