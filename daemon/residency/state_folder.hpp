#pragma once
#include <deque>
#include <filesystem>

#include "daemon/residency/memory_file.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// The folder with what outlives the daemon: what is remembered of models, and the moves they made.
// None of it is needed: where it cannot be read or written, the daemon goes on without, and says so
// once. One thread at a time.
class StateFolder {
  public:
    // A file of events is begun anew at this size, and the one before is kept: some 60,000 moves.
    static constexpr std::size_t kEventFileBytes = 4u << 20;

    // Makes the folder where there is none. Errors: `io`, `busy` (another daemon has it).
    static Result<StateFolder> open(const std::filesystem::path& folder);

    // A file that makes no sense is set aside under another name, and told of in the log.
    Memories read_memories();
    // What was read or written last stands until the new file is whole. Errors: `io`.
    Result<void> write_memories(const ipc::Bytes& file);

    // The last events, the oldest first, no more than `most`.
    std::deque<ipc::Event> read_events(std::size_t most) const;
    // One line of JSON, as `samovar events --json` prints it. Errors: `io`.
    Result<void> write_event(const ipc::Event& event);

    const std::filesystem::path& folder() const { return folder_; }

  private:
    StateFolder(std::filesystem::path folder, ipc::UniqueFd lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}
    Result<void> open_events();

    std::filesystem::path folder_;
    ipc::UniqueFd lock_, events_;
    std::uint64_t event_bytes_ = 0;
};

}  // namespace samovar::daemon
