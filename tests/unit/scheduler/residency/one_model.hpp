#pragma once
// A ladder with one model, in words. Time is counted from Monday, midnight.

#include <gtest/gtest.h>

#include <string>

#include "moment.hpp"
#include "scheduler/residency/ladder.hpp"

namespace samovar::scheduler {

struct MoveInWords {
    std::string operator()(const Move& move) const {
        return std::string(to_string(move.to)) + " " + std::string(to_string(move.cause));
    }
    std::string operator()(const SelfWarm&) const { return "warm itself"; }
};

class OneModel : public testing::Test {
  protected:
    static constexpr ModelId kModel = 7;

    void add(ResidencyRules rules) { ladder_.add(kModel, std::move(rules), now()); }
    Now now() const { return moment(now_); }
    void wait_until(Duration time) { now_ = time; }
    void wait(Duration duration) { now_ += duration; }

    std::string asked() {
        std::string words;
        for (const LadderAction& action : ladder_.take())
            words += (words.empty() ? "" : ", ") + std::visit(MoveInWords{}, action);
        return words;
    }
    // Whether the one move that is asked for makes others leave.
    bool presses() {
        const auto actions = ladder_.take();
        const Move* move = actions.size() == 1 ? std::get_if<Move>(&actions[0]) : nullptr;
        return move != nullptr && move->presses;
    }
    // What is asked for is done at once.
    void moved(Residency residency) { ladder_.moved(kModel, residency, Cause::idle, now()); }
    std::string arrives(Residency residency) {
        moved(residency);
        return asked();
    }
    // A job on a model that is hot when it ends.
    void use() {
        ladder_.job_came(kModel, asked_, now());
        moved(Residency::hot);
        ladder_.job_ended(kModel, true, now());
    }
    // Waits for the next alarm and lets it ring.
    std::string ring() {
        const std::optional<Time> next = ladder_.next_tick();
        if (!next) return "no alarm is set";
        now_ = std::max(now_, *next - moment(0s).steady);
        ladder_.tick(now());
        return asked();
    }
    // When the next alarm rings.
    std::optional<Duration> alarm() const {
        const std::optional<Time> next = ladder_.next_tick();
        if (!next) return std::nullopt;
        return *next - moment(0s).steady;
    }

    Ladder ladder_;
    std::optional<KeepAlive> asked_;

  private:
    Duration now_ = 0s;
};

}  // namespace samovar::scheduler
