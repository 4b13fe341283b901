#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "scheduler/queue/fair_queue.hpp"

namespace samovar::scheduler {

// How much may wait or run at a time.
struct Load {
    std::uint64_t jobs = 0;
    std::uint64_t bytes = 0;  // that the daemon holds for them

    bool operator==(const Load&) const = default;
};
inline constexpr Load kNoLimit{std::numeric_limits<std::uint64_t>::max(),
                               std::numeric_limits<std::uint64_t>::max()};

struct AdmissionLimits {
    Load session = kNoLimit, all = kNoLimit;
};

// Why one more job is not taken.
struct Overload {
    enum class Of { session, user, model, all } of;
    enum class In { jobs, bytes } in;
    std::uint64_t limit;

    bool operator==(const Overload&) const = default;
};

// Keeps the queue bounded: what is over a bound is refused when it comes, since a queue without an
// end only hides that there is too much. A pure machine; not thread-safe.
class Admission {
  public:
    explicit Admission(AdmissionLimits limits) : limits_(limits) {}

    // Takes a job of so many bytes in, or says what it goes beyond; the narrowest bound first.
    // `of_user`, `of_model`: what the job's user and its model may have.
    std::optional<Overload> enter(const Submitter& submitter, std::uint64_t bytes,
                                  const Load& of_user = kNoLimit, ModelId model = 0,
                                  const Load& of_model = kNoLimit);
    // A job that was taken in has ended.
    void leave(const Submitter& submitter, std::uint64_t bytes, ModelId model = 0);

    Load all() const { return all_; }
    Load of(Uid uid) const;
    Load of_session(SessionId session) const;

  private:
    AdmissionLimits limits_;
    std::map<Uid, Load> users_;
    std::map<SessionId, Load> sessions_;
    std::map<ModelId, Load> models_;
    Load all_;
};

}  // namespace samovar::scheduler
