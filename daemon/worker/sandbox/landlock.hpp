#pragma once
#include <cstdint>
#include <string>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::worker {

// What may be done beneath a path. Files are run by nobody: the system's loader only reads them.
enum class Access : std::uint8_t {
    read,    // files and lists of folders
    device,  // read, write, and what ioctl(2) does to a device
    shared,  // read and write files, make them and remove them
};

// The rules of Landlock for this process: whatever is not allowed is refused, as far as this
// kernel's version knows it, also the network, and signals to and abstract sockets of others.
class Landlock {
  public:
    // `version`: as landlock_version() tells, above 0. Errors: `io`.
    static Result<Landlock> make(int version);

    // Of a file itself, or of all beneath a folder. What is not there needs no rule. Errors: `io`.
    Result<void> allow(const std::string& path, Access access);
    // Of the calling thread, and those that it starts from then on; there is no way back. The
    // process gains no rights from programs any more (PR_SET_NO_NEW_PRIVS) before. Errors: `io`.
    Result<void> enter() const;

  private:
    Landlock(ipc::UniqueFd rules, std::uint64_t handled)
        : rules_(std::move(rules)), handled_(handled) {}
    ipc::UniqueFd rules_;
    std::uint64_t handled_;  // rights to files that this version knows
};

}  // namespace samovar::worker
