#pragma once
// How a caller's jobs ended, kept where its death does not reach it.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>

#include <samovar/error.hpp>

#include "tests/torture/shared.hpp"

namespace samovar::torture {

// Written by one caller, read by the campaign at any time. Times are of the steady clock, which all
// processes have in common.
struct Book {
    static constexpr std::size_t kCodes = 64;           // beyond all numbers of Errc
    static constexpr std::size_t kStepsPerOctave = 16;  // of latency: a step is 4.4 %
    static constexpr std::size_t kSteps = 40 * kStepsPerOctave;

    std::atomic<bool> leave = false;           // the campaign asks the caller to end
    std::atomic<std::int64_t> daemon_ready{};  // when the daemon was there again, last
    std::atomic<std::uint64_t> stride{};       // how far a planted fault has grown

    std::atomic<std::uint64_t> begun{};
    std::array<std::atomic<std::uint64_t>, kCodes> ended{};  // by Errc; ok: the right result
    std::atomic<std::uint64_t> wrong{};                      // a result, but another one
    std::atomic<std::uint64_t> twice{};                      // ends of what had ended before
    std::atomic<std::uint64_t> dumb{};                       // errors without words
    std::atomic<std::int64_t> served{};                      // when it got a right result last
    std::atomic<std::uint64_t> reconnects{};
    std::atomic<std::int64_t> slowest_reconnect{};  // nanoseconds, from when the daemon was ready
    std::array<std::atomic<std::uint64_t>, kSteps> latency{};  // of jobs that ended well
    std::array<char, 512> fault{};                             // the first that was none of these

    std::uint64_t of(Errc code) const { return ended[static_cast<std::size_t>(code)]; }
    // Jobs that never ended; meaningful when the caller has left by itself.
    std::uint64_t lost() const;
    // Errors of other kinds than these.
    std::uint64_t refused_but(std::initializer_list<Errc> expected) const;
    void add_latency(std::chrono::nanoseconds took);
};

// The latency that a share of all jobs did not exceed, since `before` was written down.
using Latencies = std::array<std::uint64_t, Book::kSteps>;
Latencies latencies_of(const Book& book);
std::chrono::nanoseconds quantile(const Latencies& before, const Latencies& now, double share);

}  // namespace samovar::torture
