#include "scheduler/queue/admission.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace samovar::scheduler {
namespace {

using In = Overload::In;
using Of = Overload::Of;

constexpr AdmissionLimits kLimits{.session = {2, 100}, .all = {4, 200}};
constexpr Load kOfUser{3, 150};

TEST(Admission, takes_all_where_there_is_no_limit) {
    Admission admission({});
    for (int i = 0; i < 1000; ++i)
        ASSERT_FALSE(admission.enter({1, 1}, 1u << 30));
    EXPECT_EQ(admission.all().jobs, 1000U);
}

TEST(Admission, names_the_narrowest_bound) {
    Admission admission(kLimits);
    EXPECT_FALSE(admission.enter({1, 10}, 0, kOfUser));
    EXPECT_FALSE(admission.enter({1, 10}, 0, kOfUser));
    EXPECT_EQ(admission.enter({1, 10}, 0, kOfUser), (Overload{Of::session, In::jobs, 2}));
    EXPECT_FALSE(admission.enter({1, 11}, 0, kOfUser));
    EXPECT_EQ(admission.enter({1, 11}, 0, kOfUser), (Overload{Of::user, In::jobs, 3}));
    EXPECT_FALSE(admission.enter({2, 20}, 0, kOfUser));
    EXPECT_EQ(admission.enter({3, 30}, 0, kOfUser), (Overload{Of::all, In::jobs, 4}));
}

TEST(Admission, counts_bytes_without_overflow) {
    Admission admission(kLimits);
    EXPECT_EQ(admission.enter({1, 10}, 101, kOfUser), (Overload{Of::session, In::bytes, 100}));
    EXPECT_EQ(admission.enter({1, 10}, ~0ULL, kOfUser), (Overload{Of::session, In::bytes, 100}));
    EXPECT_FALSE(admission.enter({1, 10}, 100, kOfUser));
    EXPECT_EQ(admission.enter({1, 11}, 51, kOfUser), (Overload{Of::user, In::bytes, 150}));
    EXPECT_FALSE(admission.enter({1, 11}, 50, kOfUser));
    EXPECT_EQ(admission.enter({2, 20}, 51, kOfUser), (Overload{Of::all, In::bytes, 200}));
}

TEST(Admission, takes_the_next_when_one_has_left) {
    Admission admission(kLimits);
    EXPECT_FALSE(admission.enter({1, 10}, 100));
    EXPECT_TRUE(admission.enter({1, 10}, 1));
    admission.leave({1, 10}, 100);
    EXPECT_FALSE(admission.enter({1, 10}, 1));
}

TEST(Admission, has_limits_of_a_model) {
    Admission admission(kLimits);
    EXPECT_FALSE(admission.enter({1, 10}, 0, kOfUser, 5, {1, 100}));
    EXPECT_EQ(admission.enter({2, 20}, 0, kOfUser, 5, {1, 100}),
              (Overload{Of::model, In::jobs, 1}));
    EXPECT_FALSE(admission.enter({2, 20}, 0, kOfUser, 6, {1, 100}));
    admission.leave({1, 10}, 0, 5);
    EXPECT_FALSE(admission.enter({2, 20}, 0, kOfUser, 5, {1, 100}));
}

TEST(Admission, has_limits_of_one_user) {
    Admission admission(kLimits);
    EXPECT_EQ(admission.enter({7, 70}, 0, {0, 0}), (Overload{Of::user, In::jobs, 0}));
    EXPECT_FALSE(admission.enter({8, 80}, 0, kOfUser));
}

TEST(Admission, never_goes_beyond_a_bound_and_forgets_nothing_on_random_walks) {
    std::mt19937_64 random(1);
    Admission admission({.session = {5, 500}, .all = {20, 3000}});
    std::vector<std::pair<Submitter, std::uint64_t>> inside;
    for (int step = 0; step < 20000; ++step) {
        if (random() % 2 == 0) {
            const Uid uid = static_cast<Uid>(random() % 4);
            const Submitter who{uid, uid * 10 + random() % 3};
            const std::uint64_t bytes = random() % 300;
            if (!admission.enter(who, bytes, {8, 900})) inside.emplace_back(who, bytes);
        } else if (!inside.empty()) {
            const std::size_t which = random() % inside.size();
            admission.leave(inside[which].first, inside[which].second);
            inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(which));
        }
        std::uint64_t bytes = 0;
        for (const auto& [who, size] : inside)
            bytes += size;
        ASSERT_EQ(admission.all(), (Load{inside.size(), bytes}));
        ASSERT_LE(inside.size(), 20U);
        ASSERT_LE(bytes, 3000U);
        for (Uid uid = 0; uid < 4; ++uid)
            ASSERT_LE(admission.of(uid).jobs, 8U);
    }
}

}  // namespace
}  // namespace samovar::scheduler
