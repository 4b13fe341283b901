#pragma once
#include <cstdint>
#include <string>

#include <samovar/error.hpp>

namespace samovar::daemon {

// How it goes with writing down one kind of thing: that it cannot be done is said once, and so is
// that it can be done again. One thread at a time.
class Writes {
  public:
    explicit Writes(std::string what) : what_(std::move(what)) {}
    void ended(const Result<void>& write);

  private:
    std::string what_;          // "events", for the log
    std::uint64_t failed_ = 0;  // since the last that was good
};

}  // namespace samovar::daemon
