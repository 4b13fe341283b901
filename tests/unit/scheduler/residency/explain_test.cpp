// The paragraph that `samovar why` prints.

#include "scheduler/residency/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "moment.hpp"

namespace samovar::scheduler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Duration kNow = 10h + 20s;  // Monday, a little past ten o'clock
constexpr ModelId kModel = 1;

struct Case {
    explicit Case(ResidencyRules rules = {}) {
        ladder.add(kModel, std::move(rules), moment(kNow - 1h));
    }
    void hot() { ladder.moved(kModel, Residency::hot, Cause::demand, moment(kNow - 10s)); }
    std::string why(const std::optional<Foresight::View>& forecast = {}) const {
        return explain("m", ladder.view(kModel), moment(kNow), Zone::utc(), forecast);
    }
    Ladder ladder;
};

ResidencyRules with_forecast() {
    ResidencyRules rules;
    rules.forecast = true;
    return rules;
}

TEST(Explanations, of_what_nothing_will_change_say_so) {
    EXPECT_THAT(Case().why(), HasSubstr("nothing wants it: it has not been used"));
    EXPECT_THAT(Case().why(), HasSubstr("Nothing changes that by itself."));
}

TEST(Explanations, of_a_forecast_say_when_it_looks_again) {
    const Foresight::View view{0.01, 0.001, Guide::forecast, false};
    const std::string why = Case(with_forecast()).why(view);
    EXPECT_THAT(why, HasSubstr("a call in this minute has a chance of 1 %"));
    EXPECT_THAT(why, HasSubstr("Its forecast looks again at 10:01:00 (in 40 s)."));
    EXPECT_THAT(why, Not(HasSubstr("Nothing changes")));
}

TEST(Explanations, of_a_model_called_in_this_minute_name_the_call) {
    Case called(with_forecast());
    called.ladder.set_forecast(kModel, true, std::nullopt, moment(kNow));
    const Foresight::View view{0.01, 0.001, Guide::forecast, true};
    EXPECT_THAT(called.why(view), HasSubstr("it was called in this minute"));
}

TEST(Explanations, of_what_made_room_say_how_it_comes_back) {
    Case displaced;
    displaced.ladder.displace(kModel, {Rung::cold, std::nullopt}, moment(kNow));
    EXPECT_THAT(displaced.why(), HasSubstr("It comes back when there is room for it."));
}

TEST(Explanations, of_a_held_model_that_works_say_that_its_jobs_end_first) {
    Case held;
    held.hot();
    held.ladder.job_came(kModel, std::nullopt, moment(kNow));
    held.ladder.wish(kModel, Wish::Kind::hold, std::nullopt, moment(kNow));
    EXPECT_THAT(held.why(), HasSubstr("Jobs that it runs end first."));
}

}  // namespace
}  // namespace samovar::scheduler
