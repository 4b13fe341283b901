#pragma once
// What keeping a model warm has bought, and what it has cost.

#include <array>
#include <optional>
#include <string_view>

#include "scheduler/residency/latencies.hpp"
#include "scheduler/residency/standing.hpp"

namespace samovar::scheduler {

// How a call found its model.
enum class CallKind {
    cold,           // it had to wait for a load
    parked,         // it had to wait until the model was awake
    brought_up,     // hot, and the first since the model came up
    after_hour,     // hot, an hour or more after the last call
    after_minutes,  // five minutes or more
    after_minute,
    after_second,
    hot,        // within a second of the last call, or beside one
    self_warm,  // no call, but a job of the daemon's own
};
inline constexpr std::size_t kCallKinds = 9;
inline constexpr std::size_t kCauses = 9;

std::string_view to_string(CallKind kind) noexcept;

// Loads and wake-ups of one cause, and the time in which the model was hot for them without a call.
struct BroughtUp {
    std::uint64_t times = 0;
    std::uint64_t met = 0;    // a call found it hot: a cold start less
    std::uint64_t unmet = 0;  // it went down before anybody called
    Duration idle{};
    double idle_byte_seconds = 0;
    std::uint64_t met_from_parked = 0;    // of those met: it had been parked, not cold
    std::optional<double> idle_joules{};  // none where nobody told
};

// What a record knows at rest, to be written down.
struct WarmthMemory {
    std::optional<WallTime> since;  // when it was begun
    std::optional<WallTime> last_use;
    std::uint64_t uses = 0, cold_starts = 0;
    std::array<LatencyCounts, kCallKinds> latencies{};
    std::array<BroughtUp, kCauses> brought_up{};
};

// The record of one model, over all of its versions. Pure: times come in, and rise. Less than 1 kB,
// and 1 kB more for each kind of call that there was.
class Warmth {
  public:
    // ---- What happened -------------------------------------------------------------------------
    // `bytes`: what it holds on its device while it is hot.
    void moved(Residency from, Residency to, Cause cause, std::uint64_t bytes, Time now);
    // Another version takes its place, cold.
    void replaced(Time now);
    // How the call finds the model, for job_ended().
    CallKind job_came(Residency residency, Time now);
    // `ran`: it reached a worker, which counts as a use. `took`: from its coming to a good answer.
    void job_ended(CallKind kind, bool ran, std::optional<Duration> took, Time now);
    // A job of the daemon's own took so long. It is no use, and ends no idleness.
    void self_warmed(Duration took);

    // ---- From one life of the daemon to the next -----------------------------------------------
    WarmthMemory memory(Now now) const;
    // Of a record that was just begun. A time that is still to come is taken for now.
    void recall(const WarmthMemory& memory, Now now);

    // Its share of what its device used, in a time in which it was hot and idle.
    void energy(double joules);

    // ---- What came of it -----------------------------------------------------------------------
    std::uint64_t uses() const noexcept { return uses_; }
    std::uint64_t cold_starts() const noexcept { return cold_starts_; }
    std::optional<Time> last_use() const noexcept { return last_use_; }
    const Latencies& latencies(CallKind kind) const {
        return latencies_[static_cast<std::size_t>(kind)];
    }
    BroughtUp brought_up(Cause cause, Time now) const;
    // How long callers would have waited in all, had they not found the model hot: for each load
    // that was met, what calls of a cold model take in the mean beyond those of one that was
    // brought up; of one that was parked, alike. None where one of these was never measured.
    std::optional<Duration> saved(Cause cause, Time now) const;
    // When the record was begun, before the daemon was, where it was recalled.
    std::optional<WallTime> since() const noexcept { return since_; }
    void begin(WallTime since) { since_ = since; }

  private:
    CallKind kind_of(Residency residency, Time now) const;
    void begin_idle(Time now);
    void end_idle(Time now);
    void go_down(Time now);

    std::array<Latencies, kCallKinds> latencies_{};
    std::array<BroughtUp, kCauses> brought_up_{};
    std::size_t jobs_ = 0;
    std::uint64_t uses_ = 0, cold_starts_ = 0, bytes_ = 0;
    std::optional<WallTime> since_;
    std::optional<Time> last_use_;
    std::optional<Time> idle_since_;  // hot, and without a job
    Cause cause_ = Cause::idle;       // of the last coming up
    bool hot_ = false;
    bool awaited_ = false;     // came up, and waits for its first call
    bool was_parked_ = false;  // before that
};

}  // namespace samovar::scheduler
