#pragma once
#include <filesystem>

#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

// NVIDIA's devices and driver. `root`: where /dev and /proc are.
Findings check_devices(const std::filesystem::path& root = "/");

// The worker programs of this folder: that they run, and which LibTorch they find, or why none.
Findings check_workers(const std::filesystem::path& folder);
// What `samovar-worker --probe` said of itself; `program`: its name.
Finding judge_probe(const std::string& program, int status, const std::string& out,
                    const std::string& err);

// Room on the disk of each folder.
Finding check_disk(const std::string& subject, const std::filesystem::path& folder);

}  // namespace samovar::cli
