#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// How often each model was called in each minute that had calls: what `samovar simulate` replays.
// Loop thread only.
class CallLog {
  public:
    // A week of thirteen models that are called every minute, in 1.5 MB.
    static constexpr std::size_t kCapacity = 131'072;
    // So many are told at once, and the rest of the minute: 131 bytes each at most must fit what a
    // session may leave unread.
    static constexpr std::size_t kPage = 24'576;

    // A call that came at this time, in milliseconds since 1970, UTC.
    void add(const std::string& model, std::uint64_t at_ms);
    // Minutes that were over at `now_ms`, none from before `since_ms`, in the order of their ends;
    // where there are more than a page, the first.
    std::vector<ipc::Event> since(std::uint64_t since_ms, std::uint64_t now_ms);

    // ---- From one life of the daemon to the next -----------------------------------------------
    // A minute that an earlier life wrote down; the oldest first.
    void recall(const ipc::Event& minute);
    // When the minute that goes on is over, if it has calls.
    std::optional<std::uint64_t> next_end_ms() const;
    // Those that were over by then, and were not taken yet. At the end of this life also what there
    // is of the last one: the next may add to it.
    std::vector<ipc::Event> take(std::uint64_t now_ms);
    std::vector<ipc::Event> take_all();

  private:
    struct Minute {
        std::uint32_t minute;  // since 1970
        std::uint32_t model;   // of names_
        std::uint32_t calls;
    };

    std::uint32_t number_of(const std::string& model);
    void put(const Minute& minute);
    void close();
    ipc::Event to_event(const Minute& minute) const;

    std::vector<std::string> names_;
    std::map<std::string, std::uint32_t> numbers_;
    std::deque<Minute> minutes_;
    std::vector<Minute> not_taken_;
    std::uint32_t open_ = 0;                         // the minute that goes on
    std::map<std::uint32_t, std::uint32_t> counts_;  // of it, by model
};

}  // namespace samovar::daemon
