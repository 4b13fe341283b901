#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// How often each model was called in each minute that had calls: what `samovar simulate` replays.
// Loop thread only.
class CallLog {
  public:
    // Two days of eight models that are called every minute. All of it, 131 bytes a minute at most,
    // must fit what a session may leave unread.
    static constexpr std::size_t kCapacity = 24'576;

    // A call that came at this time, in milliseconds since 1970, UTC.
    void add(const std::string& model, std::uint64_t at_ms);
    // Minutes that were over at `now_ms`, none from before `since_ms`, in the order of their ends.
    std::vector<ipc::Event> since(std::uint64_t since_ms, std::uint64_t now_ms);

  private:
    struct Minute {
        std::uint32_t minute;  // since 1970
        std::uint32_t model;   // of names_
        std::uint32_t calls;
    };

    void close();

    std::vector<std::string> names_;
    std::map<std::string, std::uint32_t> numbers_;
    std::deque<Minute> minutes_;
    std::uint32_t open_ = 0;                         // the minute that goes on
    std::map<std::uint32_t, std::uint32_t> counts_;  // of it, by model
};

}  // namespace samovar::daemon
