#pragma once
#include <filesystem>
#include <map>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// A folder of one worker's: all that a worker in a sandbox may read of the daemon's files. The
// models that are loaded there lie in it, by links to what the store has, so that it costs no
// memory and no disk; others have no path that the worker could open. It reads there and cannot
// write: what it loads next is what the daemon put there.
//
// Makes folders and links at once; what is to be removed is left to whoever may wait for a disk.
class Room {
  public:
    // A new one in `rooms`. Errors: `io`.
    static Result<Room> make(const std::filesystem::path& rooms);

    const std::filesystem::path& folder() const { return folder_; }
    // Has `load` name files of this room in the place of those of the store. Errors: `io`.
    Result<void> bring_in(ipc::WorkerLoad& load);
    // What the room has of this model, for the caller to remove; the room knows it no more.
    std::vector<std::filesystem::path> take_out(std::uint32_t model);

  private:
    explicit Room(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
    std::multimap<std::uint32_t, std::filesystem::path> models_;  // their files and folders
    unsigned next_ = 0;                                           // names files and folders
};

}  // namespace samovar::daemon
