// What is remembered of jobs that nobody waits for any more.

#include "daemon/worker/unwanted.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

TEST(UnwantedJobs, are_known_before_they_come) {
    UnwantedJobs unwanted;
    unwanted.add(7, 1);
    EXPECT_TRUE(unwanted.contains(7));
    EXPECT_FALSE(unwanted.contains(8));
}

TEST(UnwantedJobs, are_forgotten_when_their_batch_is_over) {
    UnwantedJobs unwanted;
    unwanted.add(7, 1);
    unwanted.add(8, 2);
    unwanted.batch_over(1);
    EXPECT_FALSE(unwanted.contains(7));
    EXPECT_TRUE(unwanted.contains(8));
    unwanted.batch_over(2);
    EXPECT_FALSE(unwanted.contains(8));
}

TEST(UnwantedJobs, that_were_answered_before_the_word_came_are_not_kept) {
    UnwantedJobs unwanted;
    unwanted.batch_over(3);
    unwanted.add(7, 3);
    EXPECT_FALSE(unwanted.contains(7));
    unwanted.add(8, 4);
    EXPECT_TRUE(unwanted.contains(8));
}

TEST(UnwantedJobs, of_a_batch_that_was_never_read_go_with_the_next) {
    UnwantedJobs unwanted;
    unwanted.add(7, 1);
    unwanted.batch_over(2);
    EXPECT_FALSE(unwanted.contains(7));
}

}  // namespace
}  // namespace samovar::worker
