// What is remembered of models, as bytes.

#include "daemon/residency/memory_file.hpp"

#include <gtest/gtest.h>

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using scheduler::Wish;

scheduler::WallTime at(scheduler::Duration time) {
    return scheduler::WallTime(time);
}

Memories some() {
    Memories memories;
    Remembered& full = memories["selfie"];
    full.at = at(10s);
    full.memory.last_use = at(1s);
    full.memory.last_warm = at(2s);
    full.memory.warmed_by = scheduler::Cause::schedule;
    full.memory.wish = {Wish::Kind::pin, at(3s), at(4s)};
    full.memory.lead = 250ms;
    full.memory.forecast = {.version = 1, .minute = 77, .numbers = {1, 2, 3.5F}};
    memories["plain"].at = at(9s);
    return memories;
}

TEST(MemoryFile, holds_all_that_is_remembered) {
    const auto read = decode_memories(encode_memories(some()));
    ASSERT_TRUE(read) << describe(read.error());
    ASSERT_EQ(read->size(), 2U);
    const Remembered& full = read->at("selfie");
    EXPECT_EQ(full.at, at(10s));
    EXPECT_EQ(full.memory.last_use, at(1s));
    EXPECT_EQ(full.memory.last_warm, at(2s));
    EXPECT_FALSE(full.memory.last_release);
    EXPECT_EQ(full.memory.warmed_by, scheduler::Cause::schedule);
    EXPECT_EQ(full.memory.wish, (scheduler::Memory::Wished{Wish::Kind::pin, at(3s), at(4s)}));
    EXPECT_EQ(full.memory.lead, 250ms);
    ASSERT_TRUE(full.memory.forecast);
    EXPECT_EQ(full.memory.forecast->minute, 77);
    EXPECT_EQ(full.memory.forecast->numbers, (std::vector<float>{1, 2, 3.5F}));
    EXPECT_FALSE(read->at("plain").memory.wish);
}

TEST(MemoryFile, that_is_cut_off_or_changed_anywhere_is_refused) {
    const ipc::Bytes whole = encode_memories(some());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_memories(std::span(whole).first(size))) << size;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        ipc::Bytes changed = whole;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(decode_memories(changed)) << i;
    }
}

TEST(MemoryFile, keeps_the_newest_where_there_are_too_many) {
    Memories memories;
    for (std::size_t i = 0; i < kMaxModels + 5; ++i)
        memories["model-" + std::to_string(i)].at = at(std::chrono::seconds(i));
    const Memories read = decode_memories(encode_memories(memories)).value();
    EXPECT_EQ(read.size(), kMaxModels);
    EXPECT_FALSE(read.contains("model-4"));
    EXPECT_TRUE(read.contains("model-5"));
}

}  // namespace
}  // namespace samovar::daemon
