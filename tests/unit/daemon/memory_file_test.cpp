// What is remembered of models, as bytes.

#include "daemon/residency/memory_file.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using scheduler::Wish;

scheduler::WallTime at(scheduler::Duration time) {
    return scheduler::WallTime(time);
}

State some() {
    State state;
    Memories& memories = state.models;
    Remembered& full = memories["selfie"];
    full.at = at(10s);
    full.memory.last_use = at(1s);
    full.memory.last_warm = at(2s);
    full.memory.warmed_by = scheduler::Cause::schedule;
    full.memory.wish = {Wish::Kind::pin, at(3s), at(4s)};
    full.memory.lead = 250ms;
    full.memory.forecast = {.version = 1, .minute = 77, .numbers = {1, 2, 3.5F}};
    scheduler::WarmthMemory& warmth = full.memory.warmth;
    warmth.since = at(5s);
    warmth.last_use = at(1s);
    warmth.uses = 9;
    warmth.cold_starts = 2;
    warmth.latencies[0] = {{7, 255}, {1, 8}, 2ms, 3h, 4h};
    warmth.latencies[scheduler::kCallKinds - 1] = {{80}, {3}, 1ms, 1ms, 3ms};
    warmth.brought_up[2] = {6, 4, 1, 90s, 1.5e9, 3};
    memories["plain"].at = at(9s);
    memories["plain"].memory.can_park = false;
    state.loans.push_back({"cuda:0", 7, 8, "session 3 uid=0", {4242, 99, "b-o-o-t"}, {"a", "b"}});
    return state;
}

// What some() was before there were records of warmth, in the first version of the file.
constexpr std::string_view kOfVersion1 =
    "73616d6f766172207265736964656e637920310a31af32b14f8e866b010200000000000000050000"
    "0000000000706c61696e001a71180200000000000001000000000000000000000600000000000000"
    "73656c66696500e40b54020000000100ca9a3b0000000001009435770000000000020100005ed0b2"
    "000000000100286bee0000000080b2e60e0000000001010000004d00000000000000030000000000"
    "00000000803f0000004000006040";

ipc::Bytes from_hex(std::string_view hex) {
    ipc::Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(
            static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

TEST(MemoryFile, holds_all_that_is_remembered) {
    const auto read = decode_state(encode_state(some()));
    ASSERT_TRUE(read) << describe(read.error());
    ASSERT_EQ(read->models.size(), 2U);
    const Remembered& full = read->models.at("selfie");
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
    EXPECT_FALSE(read->models.at("plain").memory.wish);
    EXPECT_FALSE(read->models.at("plain").memory.can_park);
    EXPECT_TRUE(full.memory.can_park);
}

TEST(MemoryFile, holds_the_records_of_warmth) {
    const Memories read = decode_state(encode_state(some()))->models;
    const scheduler::WarmthMemory& warmth = read.at("selfie").memory.warmth;
    EXPECT_EQ(warmth.since, at(5s));
    EXPECT_EQ(warmth.last_use, at(1s));
    EXPECT_EQ(warmth.uses, 9U);
    EXPECT_EQ(warmth.cold_starts, 2U);
    EXPECT_EQ(warmth.latencies[0].steps, (std::vector<std::uint8_t>{7, 255}));
    EXPECT_EQ(warmth.latencies[0].counts, (std::vector<std::uint32_t>{1, 8}));
    EXPECT_EQ(warmth.latencies[0].least, 2ms);
    EXPECT_EQ(warmth.latencies[0].most, 3h);
    EXPECT_EQ(warmth.latencies[0].total, 4h);
    EXPECT_TRUE(warmth.latencies[1].steps.empty());
    EXPECT_EQ(warmth.latencies[scheduler::kCallKinds - 1].counts, (std::vector<std::uint32_t>{3}));
    const scheduler::BroughtUp& up = warmth.brought_up[2];
    EXPECT_EQ(up.times, 6U);
    EXPECT_EQ(up.met, 4U);
    EXPECT_EQ(up.unmet, 1U);
    EXPECT_EQ(up.idle, 90s);
    EXPECT_EQ(up.idle_byte_seconds, 1.5e9);
    EXPECT_EQ(up.met_from_parked, 3U);
    EXPECT_EQ(read.at("plain").memory.warmth.uses, 0U);
}

TEST(MemoryFile, holds_loans) {
    const State read = decode_state(encode_state(some())).value();
    ASSERT_EQ(read.loans.size(), 1U);
    const LoanMemory& loan = read.loans[0];
    EXPECT_EQ(loan.device, "cuda:0");
    EXPECT_EQ(loan.bytes, 7U);
    EXPECT_EQ(loan.held_then, 8U);
    EXPECT_EQ(loan.asked_by, "session 3 uid=0");
    EXPECT_EQ(loan.borrower, (Borrower{4242, 99, "b-o-o-t"}));
    EXPECT_EQ(loan.left, (std::vector<std::string>{"a", "b"}));
}

TEST(MemoryFile, of_the_first_version_is_read_and_a_newer_one_is_not) {
    const auto read = decode_state(from_hex(kOfVersion1));
    ASSERT_TRUE(read) << describe(read.error());
    ASSERT_EQ(read->models.size(), 2U);
    EXPECT_EQ(read->models.at("selfie").memory.lead, 250ms);
    EXPECT_EQ(read->models.at("selfie").memory.warmth.uses, 0U);
    ipc::Bytes newer = encode_state(some());
    newer[std::string_view("samovar residency ").size()] = std::byte{'4'};
    EXPECT_FALSE(decode_state(newer));
}

TEST(MemoryFile, takes_no_number_that_cannot_be) {
    State state = some();
    scheduler::BroughtUp& up = state.models["selfie"].memory.warmth.brought_up[2];
    up.idle_byte_seconds = std::numeric_limits<double>::quiet_NaN();
    const auto seconds = [&] {
        return decode_state(encode_state(state))
            ->models.at("selfie")
            .memory.warmth.brought_up[2]
            .idle_byte_seconds;
    };
    EXPECT_EQ(seconds(), 0);
    up.idle_byte_seconds = 1e30;
    EXPECT_EQ(seconds(), 1e19);
}

TEST(MemoryFile, that_is_cut_off_or_changed_anywhere_is_refused) {
    const ipc::Bytes whole = encode_state(some());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_state(std::span(whole).first(size))) << size;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        ipc::Bytes changed = whole;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(decode_state(changed)) << i;
    }
}

TEST(MemoryFile, keeps_the_newest_where_there_are_too_many) {
    State state;
    Memories& memories = state.models;
    for (std::size_t i = 0; i < kMaxModels + 5; ++i)
        memories["model-" + std::to_string(i)].at = at(std::chrono::seconds(i));
    const Memories read = decode_state(encode_state(state))->models;
    EXPECT_EQ(read.size(), kMaxModels);
    EXPECT_FALSE(read.contains("model-4"));
    EXPECT_TRUE(read.contains("model-5"));
}

}  // namespace
}  // namespace samovar::daemon
