#pragma once
#include <deque>
#include <filesystem>
#include <functional>

#include "daemon/residency/line_file.hpp"
#include "daemon/residency/memory_file.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// The folder with what outlives the daemon: what is remembered of models, the moves they made, and
// when they were called.
// None of it is needed: where it cannot be read or written, the daemon goes on without, and each
// write is a try of its own. One thread at a time.
class StateFolder {
  public:
    // Makes the folder where there is none. Errors: `io`, `busy` (another daemon has it).
    static Result<StateFolder> open(const std::filesystem::path& folder);

    // A file that makes no sense is set aside under another name, and told of in the log.
    State read_state();
    // What was read or written last stands until the new file is whole. Errors: `io`.
    Result<void> write_state(const ipc::Bytes& file);

    // The last events, the oldest first, no more than `most`.
    std::deque<ipc::Event> read_events(std::size_t most) const;
    // One line of JSON, as `samovar events --json` prints it. Errors: `io`.
    Result<void> write_event(const ipc::Event& event);

    // The minutes with calls, the oldest first: some 130,000 at most.
    void read_calls(const std::function<void(const ipc::Event&)>& each) const;
    // As `samovar events --calls --json` prints them. Errors: `io`.
    Result<void> write_calls(const std::vector<ipc::Event>& minutes);

    const std::filesystem::path& folder() const { return folder_; }

  private:
    StateFolder(std::filesystem::path folder, ipc::UniqueFd lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}

    std::filesystem::path folder_;
    ipc::UniqueFd lock_;
    LineFile events_, calls_;
};

}  // namespace samovar::daemon
