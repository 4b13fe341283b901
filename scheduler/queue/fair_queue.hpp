#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "scheduler/queue/batch.hpp"
#include "scheduler/queue/turns.hpp"

namespace samovar::scheduler {

using Uid = std::uint32_t;
using SessionId = std::uint64_t;

struct Submitter {
    Uid uid = 0;
    SessionId session = 0;
    auto operator<=>(const Submitter&) const = default;
};

enum class Priority : std::uint8_t { interactive, normal, background };
inline constexpr std::size_t kPriorities = 3;

// Jobs of one kind can share a batch: one model, and what `form` stands for, as shapes without
// their rows and parameters.
struct JobKind {
    ModelId model = 0;
    std::uint64_t form = 0;
    auto operator<=>(const JobKind&) const = default;
};

struct QueuedJob {
    Submitter submitter;
    Priority priority = Priority::normal;
    JobKind kind{};
    Share seconds = 0;  // of the device's time, as far as it is known
    BatchSize size{};
};

// The jobs that could run on one device, in the order in which they are to.
//
// A class of priority goes before the next. Within it the users share the device's time by their
// weights, and the sessions of one user share what that one has: who has had the least is next, in
// time and not in jobs. Jobs of one session and one kind keep their order. Who waits long rises to
// the class above, so that nobody waits for ever.
//
// Work is charged when it is taken, by estimate, and settled when it has been measured. A pure
// machine; not thread-safe.
class FairQueue {
  public:
    // How long a job waits in its class before it rises to the one above.
    static constexpr std::array<Duration, kPriorities> kRisesAfter{
        Duration::max(), std::chrono::seconds(5), std::chrono::seconds(30)};

    // Of a user's share of each class; 1 where nothing is said.
    void set_weight(Uid uid, double weight) {
        if (weight == 1)
            weights_.erase(uid);
        else
            weights_[uid] = weight;
    }

    // Ids rise with submission.
    void push(JobId job, const QueuedJob& what, Time now);
    // False where it is not there.
    bool erase(JobId job);

    // What was charged for a job, and to whom.
    struct Charge {
        Submitter submitter;
        Priority level{};
        Share seconds = 0;
    };
    struct Taken {
        JobId job;
        Charge charge;
    };
    // Whose turn it is.
    std::optional<JobId> front(Time now);
    // The jobs that could go with it, itself included. It is in the queue.
    Backlog backlog(JobId front) const;
    bool has(JobId job) const { return jobs_.contains(job); }
    // The work of a session's jobs of a kind on a level: what one that comes now goes after.
    std::uint64_t work_before(const Submitter& submitter, Priority level,
                              const JobKind& kind) const;
    // Takes the job whose turn it is, and after it those of its kind whose turn it would be next,
    // until one does not fit. Empty where there is no job.
    std::vector<Taken> take(Time now, const BatchLimits& limits);
    // The job took so long of the device's time.
    void settle(const Charge& charge, Share seconds);

    // Takes all out, uncharged; in the order of submission.
    std::vector<JobId> drain();
    std::optional<JobId> oldest() const;

    std::size_t size() const { return jobs_.size(); }
    bool empty() const { return jobs_.empty(); }

  private:
    struct Job {
        QueuedJob what;
        Priority level;
        Time since;  // on that level
        Time came;
    };
    // What has been had, on one level.
    struct Ledger {
        Accounts<Uid> users;
        std::map<Uid, Accounts<SessionId>> sessions;
    };
    // Some jobs of one level, by whose they are.
    class Flows {
      public:
        void add(JobId job, const Submitter& submitter, Ledger& ledger);
        void remove(JobId job, const Submitter& submitter);
        bool empty() const { return users_.empty(); }
        JobId next(Ledger& ledger);

      private:
        struct User {
            Turns<SessionId> turns;
            std::map<SessionId, std::set<JobId>> sessions;
        };
        Turns<Uid> turns_;
        std::map<Uid, User> users_;
    };
    using Ages = std::set<std::pair<Time, JobId>>;
    struct Kind {
        Flows flows;
        BatchSize size{0, 0};
        std::map<Submitter, std::uint64_t> work;
        Ages ages;
    };
    struct Level {
        Ledger ledger;
        Flows all;
        std::map<JobKind, Kind> kinds;
        Ages ages;
    };

    Level& level(Priority priority) { return levels_[static_cast<std::size_t>(priority)]; }
    void put(JobId id, const Job& job);
    void withdraw(JobId id, const Job& job);
    void raise_old(Time now);
    Taken take_out(JobId id);
    void book(const Charge& charge, Share seconds);

    std::array<Level, kPriorities> levels_;
    std::map<JobId, Job> jobs_;
    std::map<Uid, double> weights_;
    static constexpr std::size_t kManyUsers = 64;
};

}  // namespace samovar::scheduler
