#pragma once
#include <filesystem>

#include <samovar/error.hpp>

namespace samovar::daemon {

// Most files and bytes that a .pt2 may unpack to; a compiled network has a few dozen files.
inline constexpr std::size_t kMaxPackageFiles = 4096;
inline constexpr std::uint64_t kMaxPackageBytes = 64ull << 30;

// Unpacks the zip file `package` (a .pt2) into the existing empty folder `into`, files 0444 (0555
// for shared objects). Names that would leave the folder are refused. Blocks: not for the loop.
// Errors: `bad_model`, `io`; `into` may then hold some of the files.
Result<void> unpack_package(const std::filesystem::path& package,
                            const std::filesystem::path& into);

// The folder of the compiled library in a package that was unpacked there: all that is read of it.
// The whole, where the library is not in its usual place.
std::filesystem::path code_in(const std::filesystem::path& unpacked);

}  // namespace samovar::daemon
