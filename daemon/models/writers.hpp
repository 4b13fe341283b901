#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include <samovar/error.hpp>

namespace samovar::daemon {

// Whether what lies at `path`, or a folder or link on the way to it, can be changed by anybody on
// the machine: the error says which, and the way out. A folder above in which only owners may
// rename (the sticky bit, as of /tmp) is none. What is not there is for others to tell. `harm`:
// what that would let them do, "code from there would run as user 0". Error: `bad_model`.
std::optional<Error> writable_by_anybody(const std::filesystem::path& path,
                                         const std::string& harm);

}  // namespace samovar::daemon
