#include "scheduler/quarantine.hpp"

#include <gmock/gmock.h>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Time at(Duration since_start) {
    return Time{} + 1h + since_start;
}

constexpr Quarantine::Digest kKiller{1, 2}, kOther{3, 4};

TEST(Quarantine, KeepsAnInputOutForItsUserAndModel) {
    Quarantine quarantine;
    quarantine.add(1, 1000, kKiller, at(0s));
    EXPECT_THAT(quarantine.of(1, 1000, at(1s)), ElementsAre(kKiller));
}

TEST(Quarantine, KnowsNothingOfOtherUsersAndModels) {
    Quarantine quarantine;
    quarantine.add(1, 1000, kKiller, at(0s));
    EXPECT_THAT(quarantine.of(1, 1001, at(1s)), IsEmpty());
    EXPECT_THAT(quarantine.of(2, 1000, at(1s)), IsEmpty());
}

TEST(Quarantine, LetsAnInputInAgainWhenItsTermIsOver) {
    Quarantine quarantine;
    quarantine.add(1, 1000, kKiller, at(0s));
    EXPECT_THAT(quarantine.of(1, 1000, at(Quarantine::kTerm - 1ns)), ElementsAre(kKiller));
    EXPECT_THAT(quarantine.of(1, 1000, at(Quarantine::kTerm)), IsEmpty());
}

TEST(Quarantine, ForgetsAUsersOldestInputWhereThereAreTooMany) {
    Quarantine quarantine;
    quarantine.add(1, 1001, kOther, at(0s));
    for (std::uint64_t i = 0; i <= Quarantine::kMostPerUser; ++i)
        quarantine.add(1, 1000, {i, 0}, at(0s));
    const auto kept = quarantine.of(1, 1000, at(1s));
    EXPECT_THAT(kept, SizeIs(Quarantine::kMostPerUser));
    EXPECT_EQ(kept.front(), (Quarantine::Digest{1, 0}));
    EXPECT_THAT(quarantine.of(1, 1001, at(1s)), ElementsAre(kOther));
}

TEST(Quarantine, RemembersAnInputOnceAndFromItsLastKill) {
    Quarantine quarantine;
    quarantine.add(1, 1000, kKiller, at(0s));
    quarantine.add(1, 1000, kKiller, at(30s));
    EXPECT_THAT(quarantine.of(1, 1000, at(30s)), ElementsAre(kKiller));
    EXPECT_THAT(quarantine.of(1, 1000, at(89s)), ElementsAre(kKiller));
}

TEST(Quarantine, KeepsNoInputWhoseTermIsOver) {
    Quarantine quarantine;
    for (std::uint32_t uid = 0; uid < 100; ++uid)
        quarantine.add(1, uid, kKiller, at(Quarantine::kTerm * uid));
    EXPECT_EQ(quarantine.size(), 1u);
}

}  // namespace
}  // namespace samovar::scheduler
