#include "scheduler/queue/fair_queue.hpp"

#include <gmock/gmock.h>

#include <random>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Time kStart{};

BatchLimits rows(std::uint64_t most) {
    BatchLimits limits;
    limits.most.rows = most;
    return limits;
}

// Jobs without mates, unless a test says so.
class Queue {
  public:
    JobId push(Submitter submitter, Share seconds = 1, Priority priority = Priority::normal,
               Time now = kStart, std::uint64_t form = 0) {
        ++last_;
        queue.push(last_, {submitter, priority, {0, form == 0 ? last_ : form}, seconds, {}}, now);
        return last_;
    }
    // Whose the next job is, one after the other.
    std::vector<Uid> users(std::size_t count, Time now = kStart) {
        std::vector<Uid> users;
        for (std::size_t i = 0; i < count; ++i)
            users.push_back(queue.take(now, rows(1)).at(0).charge.submitter.uid);
        return users;
    }
    std::vector<JobId> jobs(std::size_t most = 100, Time now = kStart) {
        std::vector<JobId> jobs;
        while (!queue.empty() && jobs.size() < most)
            jobs.push_back(queue.take(now, rows(1)).at(0).job);
        return jobs;
    }
    std::vector<JobId> batch(std::size_t most) {
        std::vector<JobId> jobs;
        for (const auto& taken : queue.take(kStart, rows(most)))
            jobs.push_back(taken.job);
        return jobs;
    }
    FairQueue queue;

  private:
    JobId last_ = 0;
};

TEST(FairQueue, of_one_session_is_first_come_first_served) {
    Queue queue;
    for (int i = 0; i < 3; ++i)
        queue.push({1, 1});
    EXPECT_THAT(queue.jobs(), ElementsAre(1, 2, 3));
    EXPECT_TRUE(queue.queue.take(kStart, rows(1)).empty());
}

TEST(FairQueue, alternates_between_users_however_many_jobs_one_has) {
    Queue queue;
    for (int i = 0; i < 6; ++i)
        queue.push({1, 1});
    queue.push({2, 2});
    queue.push({2, 2});
    EXPECT_THAT(queue.users(6), ElementsAre(1, 2, 1, 2, 1, 1));
}

TEST(FairQueue, counts_time_and_not_jobs) {
    Queue queue;
    for (int i = 0; i < 4; ++i)
        queue.push({1, 1}, 3);
    for (int i = 0; i < 6; ++i)
        queue.push({2, 2}, 1);
    EXPECT_THAT(queue.users(8), ElementsAre(1, 2, 2, 2, 1, 2, 2, 2));
}

TEST(FairQueue, gives_by_weight) {
    Queue queue;
    queue.queue.set_weight(1, 2);
    for (int i = 0; i < 8; ++i) {
        queue.push({1, 1});
        queue.push({2, 2});
    }
    const std::vector<Uid> users = queue.users(9);
    EXPECT_EQ(std::ranges::count(users, 1U), 6);
}

TEST(FairQueue, shares_what_a_user_has_among_the_sessions) {
    Queue queue;
    for (const SessionId session : {1U, 1U, 1U, 1U, 2U, 2U})
        queue.push({1, session});
    for (int i = 0; i < 6; ++i)
        queue.push({2, 3});
    std::vector<SessionId> sessions;
    for (int i = 0; i < 8; ++i)
        sessions.push_back(queue.queue.take(kStart, rows(1)).at(0).charge.submitter.session);
    EXPECT_THAT(sessions, ElementsAre(1, 3, 2, 3, 1, 3, 2, 3));
}

TEST(FairQueue, pays_nothing_for_having_been_away) {
    Queue queue;
    for (int i = 0; i < 10; ++i)
        queue.push({1, 1});
    EXPECT_THAT(queue.users(6), testing::Each(1U));
    for (int i = 0; i < 4; ++i)
        queue.push({2, 2});
    const std::vector<Uid> users = queue.users(4);
    EXPECT_EQ(std::ranges::count(users, 2U), 2) << "and not four in a row";
}

TEST(FairQueue, remembers_what_somebody_had_who_asks_for_one_large_job_at_a_time) {
    Queue queue;
    std::map<Uid, Share> had;
    for (int i = 0; i < 200; ++i)
        queue.push({2, 2}, 1);
    queue.push({1, 1}, 10);
    for (int i = 0; i < 100; ++i) {
        const auto taken = queue.queue.take(kStart, rows(1)).at(0).charge;
        had[taken.submitter.uid] += taken.seconds;
        if (taken.submitter.uid == 1) queue.push({1, 1}, 10);  // as soon as it has its answer
    }
    EXPECT_NEAR(had[1] / had[2], 1, 0.15);
}

TEST(FairQueue, corrects_a_guess_by_what_was_measured) {
    Queue queue;
    std::map<Uid, Share> ran;
    for (int i = 0; i < 300; ++i) {
        queue.push({1, 1}, 1);
        queue.push({2, 2}, 1);
    }
    for (int i = 0; i < 200; ++i) {
        const auto charge = queue.queue.take(kStart, rows(1)).at(0).charge;
        const Share really = charge.submitter.uid == 1 ? 4 : 0.5;  // both are guessed at 1
        ran[charge.submitter.uid] += really;
        queue.queue.settle(charge, really);
    }
    EXPECT_NEAR(ran[1] / ran[2], 1, 0.1);
}

TEST(FairQueue, has_one_class_go_before_the_next) {
    Queue queue;
    queue.push({1, 1}, 1, Priority::background);
    queue.push({1, 1}, 1, Priority::normal);
    queue.push({1, 1}, 1, Priority::interactive);
    EXPECT_THAT(queue.jobs(), ElementsAre(3, 2, 1));
}

TEST(FairQueue, raises_who_waits_long) {
    Queue queue;
    queue.push({1, 1}, 1, Priority::background);
    queue.push({1, 1}, 1, Priority::normal);
    EXPECT_EQ(queue.queue.front(kStart + 29s), JobId{2});
    queue.push({2, 2}, 1, Priority::interactive, kStart + 29s);
    EXPECT_EQ(queue.queue.front(kStart + 29s), JobId{2})
        << "interactive by now, and of one who had less";
    EXPECT_EQ(queue.queue.front(kStart + 1h), JobId{1}) << "the oldest of all";
}

TEST(FairQueue, forms_batches_of_one_kind_in_turn) {
    Queue queue;
    for (int i = 0; i < 4; ++i)
        queue.push({1, 1}, 1, Priority::normal, kStart, 7);  // 1 to 4
    queue.push({2, 2}, 1, Priority::normal, kStart, 8);      // 5
    queue.push({3, 3}, 1, Priority::normal, kStart, 7);      // 6
    queue.push({3, 3}, 1, Priority::normal, kStart, 7);      // 7
    EXPECT_THAT(queue.batch(4), ElementsAre(1, 6, 2, 7));
    EXPECT_THAT(queue.batch(4), ElementsAre(5)) << "who has had nothing yet, alone in its kind";
    EXPECT_THAT(queue.batch(4), ElementsAre(3, 4));
}

TEST(FairQueue, does_not_fill_a_batch_from_another_class) {
    Queue queue;
    queue.push({1, 1}, 1, Priority::interactive, kStart, 7);
    queue.push({1, 1}, 1, Priority::background, kStart, 7);
    EXPECT_THAT(queue.batch(4), ElementsAre(1));
}

TEST(FairQueue, tells_how_much_waits_with_the_first_and_since_when) {
    FairQueue queue;
    const auto job = [](std::uint64_t form, std::uint64_t rows) {
        return QueuedJob{{1, 1}, Priority::normal, {0, form}, 1, {rows, 10 * rows}};
    };
    queue.push(1, job(7, 2), kStart + 1s);
    queue.push(2, job(8, 100), kStart + 2s);
    queue.push(3, job(7, 3), kStart + 3s);
    EXPECT_EQ(queue.backlog(1).size, (BatchSize{5, 50}));
    EXPECT_EQ(queue.backlog(1).oldest, kStart + 1s);
    EXPECT_EQ(queue.backlog(1).jobs, 2U);
    queue.erase(1);
    EXPECT_EQ(queue.backlog(3).size, (BatchSize{3, 30}));
    EXPECT_EQ(queue.backlog(3).oldest, kStart + 3s);
}

TEST(FairQueue, fills_a_batch_by_rows_and_tokens_and_lets_the_large_go_alone) {
    FairQueue queue;
    JobId last = 0;
    for (const std::uint64_t rows : {40U, 10U, 20U, 10U, 1U})
        queue.push(++last, {{1, 1}, Priority::normal, {0, 7}, 1, {rows, rows}}, kStart);
    const auto batch = [&](const BatchLimits& limits) {
        std::vector<JobId> jobs;
        for (const auto& taken : queue.take(kStart, limits))
            jobs.push_back(taken.job);
        return jobs;
    };
    EXPECT_THAT(batch({{32, 1000}, {}}), ElementsAre(1));
    EXPECT_THAT(batch({{32, 1000}, {}}), ElementsAre(2, 3)) << "in order: the last one waits";
    EXPECT_THAT(batch({{32, 10}, {}}), ElementsAre(4)) << "as many tokens as there may be";
}

TEST(BatchDue, is_at_once_where_the_device_is_idle_or_the_batch_full) {
    const BatchLimits limits{{4, 100}, 2ms};
    const DeviceMoment busy{.busy = true};
    EXPECT_EQ(batch_due({{1, 1}, 1, kStart}, limits, {}), Time::min());
    EXPECT_EQ(batch_due({{4, 1}, 1, kStart}, limits, busy), Time::min());
    EXPECT_EQ(batch_due({{1, 100}, 1, kStart}, limits, busy), Time::min());
}

TEST(BatchDue, is_at_the_end_of_the_running_one_unless_making_ready_takes_long) {
    const BatchLimits limits{{4, 100}, 2ms};
    const Backlog backlog{{3, 99}, 3, kStart + 1s};
    EXPECT_EQ(batch_due(backlog, limits, {.busy = true}), Time::max());
    EXPECT_EQ(batch_due(backlog, limits, {.busy = true, .worth_staging = true}), kStart + 1s + 2ms);
}

TEST(BatchDue, is_a_moment_later_where_more_are_expected) {
    const BatchLimits limits{{4, 100}, 2ms};
    const DeviceMoment lull{.expected = 3, .expected_until = kStart + 1ms};
    EXPECT_EQ(batch_due({{2, 2}, 2, kStart}, limits, lull), kStart + 1ms);
    EXPECT_EQ(batch_due({{3, 3}, 3, kStart}, limits, lull), Time::min()) << "all are there";
    EXPECT_EQ(batch_due({{4, 4}, 2, kStart}, limits, lull), Time::min()) << "it is full";
}

TEST(FairQueue, forgets_who_is_gone) {
    Queue queue;
    const JobId first = queue.push({1, 1}), second = queue.push({1, 1});
    EXPECT_TRUE(queue.queue.erase(first));
    EXPECT_FALSE(queue.queue.erase(first));
    EXPECT_THAT(queue.jobs(), ElementsAre(second));
}

// Whatever comes: every job is taken once, those of a session and kind in order, and whoever waited
// had less than whoever was served, by a job at most.
TEST(FairQueue, keeps_its_promises_on_random_walks) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const auto under = [&](std::uint64_t limit) { return random() % limit; };
        FairQueue queue;
        Time now = kStart;
        JobId last = 0;
        std::map<JobId, QueuedJob> waiting;
        std::map<std::pair<SessionId, std::uint64_t>, JobId> newest;
        for (int step = 0; step < 5000; ++step) {
            now += std::chrono::milliseconds(under(20));
            if (under(3) > 0) {
                const Uid uid = static_cast<Uid>(under(5));
                const QueuedJob job{{uid, uid * 10 + under(3)},
                                    static_cast<Priority>(under(3)),
                                    {0, under(4)},
                                    0.001 * static_cast<double>(1 + under(50)),
                                    {}};
                queue.push(++last, job, now);
                waiting[last] = job;
            } else if (under(10) == 0 && !waiting.empty()) {
                const JobId victim = waiting.begin()->first + under(5);
                EXPECT_EQ(queue.erase(victim), waiting.erase(victim) == 1);
            } else {
                for (const auto& taken : queue.take(now, rows(1 + under(8)))) {
                    const auto found = waiting.find(taken.job);
                    ASSERT_NE(found, waiting.end());
                    // Of one level, since a job that rose comes before younger ones of its own.
                    if (taken.charge.level == found->second.priority) {
                        auto& before = newest[{found->second.submitter.session,
                                               found->second.kind.form * 3 +
                                                   static_cast<std::uint64_t>(taken.charge.level)}];
                        ASSERT_LT(before, taken.job);
                        before = taken.job;
                    }
                    waiting.erase(found);
                    queue.settle(taken.charge, 0.001 * static_cast<double>(1 + under(50)));
                }
            }
            ASSERT_EQ(queue.size(), waiting.size());
        }
    }
}

// One who asks for as much as there is and one who asks now and then for what he was given: each
// has his half as long as he wants it.
TEST(FairQueue, divides_a_device_between_the_greedy_and_the_polite) {
    FairQueue queue;
    JobId last = 0;
    std::map<Uid, Share> had;
    std::map<Uid, std::size_t> outstanding;
    const std::map<Uid, std::size_t> wanted{{1, 64}, {2, 2}};
    for (int batch = 0; batch < 2000; ++batch) {
        for (const auto& [uid, most] : wanted)
            for (; outstanding[uid] < most; ++outstanding[uid])
                queue.push(++last,
                           {{uid, uid}, Priority::normal, {0, uid}, uid == 1 ? 0.010 : 0.004, {}},
                           kStart);
        for (const auto& taken : queue.take(kStart, rows(4))) {
            had[taken.charge.submitter.uid] += taken.charge.seconds;
            --outstanding[taken.charge.submitter.uid];
        }
    }
    const Share sum = had[1] + had[2];
    const double jain = sum * sum / (2 * (had[1] * had[1] + had[2] * had[2]));
    EXPECT_GT(jain, 0.98);
}

}  // namespace
}  // namespace samovar::scheduler
