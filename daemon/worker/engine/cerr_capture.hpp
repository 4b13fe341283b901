#pragma once
#include <string>

namespace samovar::worker {

// Compiled code and parts of LibTorch write why something failed to std::cerr and return a bare
// status. Once this was called, what a thread writes there goes to its CerrCapture if it has one,
// else to the log, line by line. Call once, before other threads start.
void route_cerr_to_log();

// Collects what this thread writes to std::cerr while it lives (at most 64 KiB). One at a time in a
// thread; not for passing between threads.
class CerrCapture {
  public:
    CerrCapture();
    CerrCapture(const CerrCapture&) = delete;
    CerrCapture& operator=(const CerrCapture&) = delete;
    ~CerrCapture();

    const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

}  // namespace samovar::worker
