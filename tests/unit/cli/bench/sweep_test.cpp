#include "client/cli/bench/sweep.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::ElementsAre;

// The levels that are looked at where those up to `limit` hold.
std::vector<double> looked_at(Sweep& sweep, double limit) {
    std::vector<double> all;
    while (const auto level = sweep.next()) {
        all.push_back(*level);
        sweep.tell(*level <= limit);
        if (all.size() > 100) break;
    }
    return all;
}

TEST(Sweep, GoesThroughAllLevelsWhereTheObjectiveHolds) {
    Sweep sweep({{1, 2, 4}, true}, true);
    EXPECT_THAT(looked_at(sweep, 100), ElementsAre(1, 2, 4));
    EXPECT_EQ(sweep.best(), 4);
}

TEST(Sweep, StopsWhereTheObjectiveBreaks) {
    Sweep sweep({{1, 3, 5, 7}, false}, true);
    EXPECT_THAT(looked_at(sweep, 3), ElementsAre(1, 3, 5));
    EXPECT_EQ(sweep.best(), 3);
}

TEST(Sweep, HasNoBestWhereNotEvenTheFirstHolds) {
    Sweep sweep({{4, 8}, true}, true);
    EXPECT_THAT(looked_at(sweep, 1), ElementsAre(4));
    EXPECT_EQ(sweep.best(), std::nullopt);
}

TEST(Sweep, LooksBetweenTheLastThatHeldAndTheFirstThatDidNot) {
    Sweep sweep({{1, 2, 4, 8, 16, 32}, true}, true);
    EXPECT_THAT(looked_at(sweep, 12), ElementsAre(1, 2, 4, 8, 16, 11, 13, 12));
    EXPECT_EQ(sweep.best(), 12);
}

TEST(Sweep, ComesWithinATenthOfWhereRatesBreak) {
    for (const double limit : {101.0, 140.0, 199.0, 399.0}) {
        Sweep sweep({{100, 200, 400}, true}, false);
        looked_at(sweep, limit);
        ASSERT_TRUE(sweep.best());
        EXPECT_LE(*sweep.best(), limit);
        EXPECT_GE(*sweep.best() * 1.1, limit);
    }
}

TEST(Sweep, SaysNothingMoreWhenItIsOver) {
    Sweep sweep({{1}, false}, true);
    sweep.tell(true);
    sweep.tell(false);
    EXPECT_EQ(sweep.best(), 1);
}

}  // namespace
}  // namespace samovar::cli
