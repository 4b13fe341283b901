#pragma once
#include "ipc/os/unique_fd.hpp"

namespace samovar::cli {

// Holds SIGINT and SIGTERM back from this thread and those that it starts, but for what the caller
// wants to be ignored (nohup, jobs of a shell without job control). Throws std::system_error.
class HeldSignals {
  public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    // A signalfd that does not block: readable when one has come.
    int fd() const noexcept { return fd_.get(); }

  private:
    ipc::UniqueFd fd_;
};

}  // namespace samovar::cli
