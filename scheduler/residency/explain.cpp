#include "scheduler/residency/explain.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "scheduler/residency/outlook.hpp"

namespace samovar::scheduler {
namespace {

using std::chrono::floor;

// "14:05:09", with the date where it is another day's.
std::string clock_time(Instant instant, const Now& now, const Zone& zone) {
    using std::chrono::days;
    const LocalTime local = zone.local(instant);
    const auto day = floor<days>(local);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(local - day);
    std::array<char, 64> text{};
    const bool today = day == floor<days>(zone.local(now.instant()));
    if (!today)
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02u ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    std::string words = text.data();
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d",
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return words + text.data();
}

struct Teller {
    const Ladder::View& model;
    const Now& now;
    const Zone& zone;
    const std::optional<Foresight::View>& forecast;

    std::string at(Time time) const {
        const Instant instant = now.later(time).instant();
        return clock_time(instant, now, zone);
    }
    std::string ago(Time time) const {
        return at(time) + " (" + in_words(now.steady - time) + " ago)";
    }
    std::string then(Time time) const {
        return at(time) + " (in " + in_words(time - now.steady) + ")";
    }
    // Of an operator's wish: its end, or how it ends.
    std::string until(const char* otherwise) const {
        const std::optional<Wish>& wish = model.standing.wish;
        return wish && wish->until ? " until " + then(*wish->until) : std::string(otherwise);
    }

    std::string last_use() const {
        const Standing& standing = model.standing;
        if (standing.last_warm && (!standing.last_use || *standing.last_warm > *standing.last_use))
            return "it was last warmed at " + ago(*standing.last_warm);
        if (standing.last_use) return "it was last used at " + ago(*standing.last_use);
        return "it has not been used";
    }
    std::string keep_alive() const {
        const KeepAlive keep = model.standing.asked.value_or(model.rules.keep_alive);
        return keep ? "its keep-alive is " + in_words(*keep) : "its keep-alive is for ever";
    }

    // What the forecast sees, and by which of its rules it goes.
    std::string foresight() const {
        if (!forecast) return "no forecast has been made yet";
        std::array<char, 160> text{};
        std::snprintf(text.data(), text.size(),
                      "a call in this minute has a chance of %.3g %%, and an idle minute the "
                      "price of %.3g cold starts",
                      100 * forecast->chance, forecast->price);
        std::string words = text.data();
        if (forecast->follows == Guide::keep_alive)
            words += "; it has been wrong of late, so the keep-alive decides in its place";
        if (forecast->follows == Guide::never)
            words += "; it has been wrong of late, and is not followed";
        return words;
    }

    std::string because(Rule rule) const {
        switch (rule) {
            case Rule::hold:
                return (model.rules.held
                            ? "it is held by its model.toml, and never loaded"
                            : "an operator holds it" + until(" until it is released")) +
                       "; its jobs and loads are refused, and jobs that waited were refused, too";
            case Rule::demand: return std::to_string(model.standing.jobs) + " of its jobs are here";
            case Rule::pin:
                return model.rules.pinned
                           ? "it is pinned by its model.toml"
                           : "an operator pinned it" + until(" until it is released");
            case Rule::pressure: return "it had to make room for others";
            case Rule::sent_down:
                return "an operator sent it down" +
                       until(" until it is used, or something brings it up anew");
            case Rule::sent_up: return "an operator loaded it" + until("");
            case Rule::window: return "a window of its calendar is open, or about to be";
            case Rule::forecast:
                if (forecast && forecast->called)
                    return "it was called in this minute, which it stays for; " + foresight();
                return "a call is likely enough: " + foresight();
            case Rule::keep_alive: return last_use() + ", and " + keep_alive();
            case Rule::idle:
                return "nothing wants it: " + last_use() + ", and " +
                       (model.rules.forecast ? foresight() : keep_alive());
        }
        return "";
    }

    std::string next(Rule rule) const {
        std::string words;
        if (rule == Rule::hold && model.standing.jobs > 0) words = " Jobs that it runs end first.";
        if (rule == Rule::pressure) words = " It comes back when there is room for it.";
        const auto change = outlook(model.rules, model.standing, rung_of(model.residency), now);
        if (change)
            words += " Next it is " + std::string(to_string(change->verdict.rung)) + ", at " +
                     then(change->when) + ", by the rule \"" +
                     std::string(to_string(change->verdict.rule)) + "\".";
        if (model.retry_at && *model.retry_at > now.steady)
            words += " Its last load failed; it is tried again at " + then(*model.retry_at) + ".";
        if (model.next_warm)
            words += " A cron entry warms it at " + then(now.at(*model.next_warm)) + ".";
        if (model.next_release)
            words += " A cron entry releases it at " + then(now.at(*model.next_release)) + ".";
        if (forecast && rule >= Rule::forecast) {
            const Instant minute = floor<std::chrono::minutes>(now.wall) + std::chrono::minutes(1);
            words += " Its forecast looks again at " + then(now.at(minute)) + ".";
        }
        if (words.empty()) words = " Nothing changes that by itself.";
        return words;
    }
};

}  // namespace

std::string explain(std::string_view name, const Ladder::View& model, const Now& now,
                    const Zone& zone, const std::optional<Foresight::View>& forecast) {
    const Teller teller{model, now, zone, forecast};
    const Verdict verdict = decide(model.rules, model.standing, now);
    std::string words = std::string(name) + " is " + std::string(to_string(model.residency));
    if (model.since)
        words += " since " + teller.ago(*model.since) +
                 " (cause: " + std::string(to_string(model.cause)) + ")";
    words += ". It belongs at \"" + std::string(to_string(verdict.rung)) + "\" by the rule \"" +
             std::string(to_string(verdict.rule)) + "\": " + teller.because(verdict.rule) + ".";
    return words + teller.next(verdict.rule);
}

std::string in_words(Duration duration) {
    const auto seconds = floor<std::chrono::seconds>(std::max(duration, Duration::zero())).count();
    const auto two = [](long big, const char* unit, long small, const char* part) {
        std::string words = std::to_string(big) + " " + unit;
        if (small > 0) words += " " + std::to_string(small) + " " + part;
        return words;
    };
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return two(seconds / 60, "min", seconds % 60, "s");
    if (seconds < 86'400) return two(seconds / 3600, "h", seconds / 60 % 60, "min");
    return two(seconds / 86'400, "d", seconds / 3600 % 24, "h");
}

}  // namespace samovar::scheduler
