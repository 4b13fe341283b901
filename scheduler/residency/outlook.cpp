#include "scheduler/residency/outlook.hpp"

#include <algorithm>

namespace samovar::scheduler {
namespace {

// How many events are looked through for the one that is looked for.
constexpr int kFarthestEvent = 64;

// A model whose time runs ahead of everybody else's.
class Course {
  public:
    Course(const ResidencyRules& rules, const Standing& standing, Rung at, const Now& now)
        : rules_(rules), standing_(standing), now_(now), rung_(at) {
        decide_anew();
    }

    Rung rung() const { return rung_; }
    Outlook outlook() const { return {now_.steady, {rung_, rule_}}; }

    // Goes on to the next time at which anything may change; false where there is none.
    bool advance() {
        std::optional<Time> next = next_review(rules_, standing_, now_);
        const auto next_entry = [&](const std::vector<Cron>& entries) -> std::optional<Time> {
            const std::optional<Instant> fires = next_of(entries, now_.instant());
            if (!fires) return std::nullopt;
            const Time time = now_.at(*fires);
            next = next ? std::min(*next, time) : time;
            return time;
        };
        const auto warm = next_entry(rules_.warm), release = next_entry(rules_.release);
        if (!next) return false;
        now_ = now_.later(*next);
        // Of two entries at the same time the warming one counts.
        if (warm == next) {
            standing_.last_warm = *next;
            standing_.last_release.reset();
        } else if (release == next) {
            standing_.last_release = *next;
        }
        decide_anew();
        return true;
    }

  private:
    void decide_anew() {
        const Verdict verdict = decide(rules_, standing_, now_);
        rule_ = verdict.rule;
        // Nothing is loaded in order to be parked.
        if (verdict.rung != Rung::parked || rung_ != Rung::cold) rung_ = verdict.rung;
    }

    const ResidencyRules& rules_;
    Standing standing_;
    Now now_;
    Rung rung_;
    Rule rule_{};
};

}  // namespace

std::optional<Outlook> outlook(const ResidencyRules& rules, const Standing& standing, Rung at,
                               const Now& now) {
    Course course(rules, standing, at, now);
    const Rung first = course.rung();
    for (int i = 0; i < kFarthestEvent && course.advance(); ++i)
        if (course.rung() != first) return course.outlook();
    return std::nullopt;
}

std::optional<Time> cold_at(const ResidencyRules& rules, const Standing& standing, Rung at,
                            const Now& now) {
    Course course(rules, standing, at, now);
    for (int i = 0; course.rung() != Rung::cold; ++i)
        if (i == kFarthestEvent || !course.advance()) return std::nullopt;
    return course.outlook().when;
}

}  // namespace samovar::scheduler
