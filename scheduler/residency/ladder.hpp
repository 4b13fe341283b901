#pragma once
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "scheduler/residency/decide.hpp"
#include "scheduler/residency/memory.hpp"

namespace samovar::scheduler {

// A model is to come to another rung.
struct Move {
    ModelId model;
    Rung to;
    Cause cause;
    bool presses = false;  // others are to leave for it
};
// A hot and idle model is to run a synthetic job.
struct SelfWarm {
    ModelId model;
};
using LadderAction = std::variant<Move, SelfWarm>;

// Keeps every model on the rung where its rules want it. A pure machine: what happens comes in with
// the time, moves come out; whoever holds it carries them out, and says with moved() what became of
// them. Loads on demand are not among the moves: the dispatch begins those by itself, since jobs
// wait for them. Not thread-safe.
class Ladder {
  public:
    // How soon a model that could not be loaded is tried again for a rule's sake; the time doubles
    // up to the longest.
    static constexpr Duration kFirstRetry = std::chrono::seconds(5);
    static constexpr Duration kLongestRetry = std::chrono::minutes(5);

    // A model version, cold. Where it takes the place of an older one, that one's history and
    // wishes become its own.
    void add(ModelId model, ResidencyRules rules, Now now,
             std::optional<ModelId> instead_of = std::nullopt);
    void remove(ModelId model);

    // ---- What happened -------------------------------------------------------------------------
    // `asked`: a keep-alive of the caller's own, in force until the next job.
    void job_came(ModelId model, std::optional<KeepAlive> asked, Now now);
    // `ran`: it reached a worker, which counts as a use.
    void job_ended(ModelId model, bool ran, Now now);
    void moved(ModelId model, Residency residency, Cause cause, Now now);
    // No move is under way any more. Where one was asked for that did not come to its end, it has
    // failed, and is tried again later.
    void settled(ModelId model, Residency residency, Now now);
    // A synthetic job ended.
    void self_warmed(ModelId model, Now now);
    // What is measured of it.
    void set_lead(ModelId model, Duration load_time, Now now);
    void set_can_park(ModelId model, bool can_park, Now now);
    void set_forecast(ModelId model, bool called_soon, std::optional<Time> until, Now now);

    // ---- What is asked for ---------------------------------------------------------------------
    // A load without an end counts as a use, from when it has made the model hot; one that fails
    // does not.
    void wish(ModelId model, Wish::Kind kind, std::optional<Duration> length, Now now);
    // Takes back a pin or a hold; false where there is none of an operator's.
    bool take_back(ModelId model, Wish::Kind kind, Now now);
    // Counts as a use: at the start of the daemon, for what is to come up with it.
    void warm(ModelId model, Cause cause, Now now);
    // It has to make room; taken back by restore(), or when it is hot again.
    void displace(ModelId model, Displaced displaced, Now now);
    void restore(ModelId model, Now now);

    // ---- Time ----------------------------------------------------------------------------------
    std::optional<Time> next_tick() const;
    void tick(Now now);
    // The wall's clock was set: all that hangs on the calendar is reviewed.
    void wall_was_set(Now now);

    std::vector<LadderAction> take() { return std::exchange(actions_, {}); }

    // ---- From one life of the daemon to the next -----------------------------------------------
    // All but the forecast, which is not the ladder's.
    Memory memory(ModelId model, Now now) const;
    // Of a model that was just added. Times that are still to come are taken for now: the clock
    // was set back meanwhile.
    void recall(ModelId model, const Memory& memory, Now now);

    // ---- Views ---------------------------------------------------------------------------------
    struct View {
        const ResidencyRules& rules;
        const Standing& standing;
        Residency residency;
        std::optional<Time> since;  // none: from its beginning
        Cause cause;                // of its last move
        std::optional<Instant> next_warm, next_release;
        std::optional<Time> retry_at;  // of a load that failed
    };
    View view(ModelId model) const;

  private:
    // From where it had made room, or from an earlier life of the daemon. Whoever used it has
    // waited for it once: nobody else has to make room for that again.
    enum class Return { no, restored, recalled };
    struct Model {
        ResidencyRules rules;
        Standing standing;
        Residency residency = Residency::cold;
        std::optional<Time> since;
        Cause cause = Cause::idle;
        std::optional<Instant> next_warm, next_release;
        std::optional<Time> last_activity;  // uses and synthetic jobs
        bool self_warming = false;
        std::size_t failures = 0;  // loads in a row
        std::optional<Time> retry_at;
        std::optional<Rung> moving_to;  // asked for, not answered yet
        Return returns = Return::no;
        bool warming = false;  // what last warmed it counts from when it is hot
        // What there was before an operator's load, in case that fails.
        struct Claim {
            std::optional<Time> last_warm;
            Cause warmed_by;
        };
        std::optional<Claim> claim_before;
        std::optional<Time> review_at;
    };

    void failed(Model& model, Now now);
    static void warm(Model& model, Cause cause, Now now);
    // Every event ends here: takes what the calendar has brought, decides, and says when next.
    void review(ModelId id, Now now);
    void take_calendar(Model& model, Now now);
    void move(ModelId id, Model& model, const Verdict& verdict, Now now);
    void warm_itself(ModelId id, Model& model, Now now);
    void plan_review(ModelId id, Model& model, Now now);

    std::map<ModelId, Model> models_;
    std::set<std::pair<Time, ModelId>> reviews_;
    std::vector<LadderAction> actions_;
};

}  // namespace samovar::scheduler
