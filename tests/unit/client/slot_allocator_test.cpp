#include "client/slot_allocator.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace samovar::client {
namespace {

TEST(SlotAllocator, GivesTheFirstStretchThatFits) {
    SlotAllocator channel(1024);
    EXPECT_EQ(channel.take(100), 0U);
    EXPECT_EQ(channel.take(1), 128U);
    EXPECT_EQ(channel.take(64), 192U);
    EXPECT_EQ(channel.free_bytes(), 1024U - 256U);
}

TEST(SlotAllocator, BeginsEverySlotAtACacheLine) {
    SlotAllocator channel(4096);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(*channel.take(65) % 64, 0U);
}

TEST(SlotAllocator, GivesAStretchOfItsOwnToASlotWithoutBytes) {
    SlotAllocator channel(128);
    EXPECT_EQ(channel.take(0), 0U);
    EXPECT_EQ(channel.take(0), 64U);
    EXPECT_FALSE(channel.take(0));
}

TEST(SlotAllocator, UsesABeforeReturnedHoleAgain) {
    SlotAllocator channel(1024);
    const auto first = *channel.take(128);
    ASSERT_TRUE(channel.take(128));
    channel.give(first, 128);
    EXPECT_EQ(channel.take(64), first);
}

TEST(SlotAllocator, JoinsNeighboursWhateverTheOrderOfTheirReturn) {
    for (const auto& order : {std::vector{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 2, 0}}) {
        SlotAllocator channel(3 * 64);
        std::vector<std::uint64_t> slots;
        for (int i = 0; i < 3; ++i)
            slots.push_back(*channel.take(64));
        for (const int i : order)
            channel.give(slots[static_cast<std::size_t>(i)], 64);
        EXPECT_EQ(channel.take(3 * 64), 0U);
    }
}

TEST(SlotAllocator, RefusesWhatDoesNotFit) {
    SlotAllocator channel(1024);
    EXPECT_FALSE(channel.take(1025));
    EXPECT_FALSE(channel.take(std::numeric_limits<std::uint64_t>::max()));
    ASSERT_TRUE(channel.take(1024));
    EXPECT_FALSE(channel.take(1));
}

TEST(SlotAllocator, LeavesAnOddTailUnused) {
    SlotAllocator channel(100);
    EXPECT_EQ(channel.free_bytes(), 64U);
    EXPECT_FALSE(channel.take(100));
}

TEST(SlotAllocator, NeverLendsAByteTwiceInAThousandRandomSteps) {
    std::mt19937 random(7);
    SlotAllocator channel(1u << 16);
    std::vector<bool> lent(1u << 10, false);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> slots;
    for (int step = 0; step < 1000; ++step) {
        if (slots.empty() || random() % 2 == 0) {
            const std::uint64_t bytes = random() % 5000;
            const auto offset = channel.take(bytes);
            if (!offset) continue;
            for (std::uint64_t i = 0; i < *SlotAllocator::rounded(bytes) / 64; ++i) {
                ASSERT_FALSE(lent[*offset / 64 + i]);
                lent[*offset / 64 + i] = true;
            }
            slots.emplace_back(*offset, bytes);
        } else {
            std::swap(slots[random() % slots.size()], slots.back());
            const auto [offset, bytes] = slots.back();
            slots.pop_back();
            for (std::uint64_t i = 0; i < *SlotAllocator::rounded(bytes) / 64; ++i)
                lent[offset / 64 + i] = false;
            channel.give(offset, bytes);
        }
    }
    for (const auto& [offset, bytes] : slots)
        channel.give(offset, bytes);
    EXPECT_EQ(channel.take(1u << 16), 0U);
}

}  // namespace
}  // namespace samovar::client
