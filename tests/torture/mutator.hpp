#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include <samovar/error.hpp>

#include "tests/support/process.hpp"
#include "tests/torture/shared.hpp"

namespace samovar::torture {

// How a mutator's jobs ended, kept where its death does not reach it.
struct MutatorBook {
    static constexpr std::size_t kCodes = 64;  // beyond all numbers of Errc

    std::atomic<bool> leave = false;
    std::atomic<std::uint64_t> ended{};                        // all of them
    std::array<std::atomic<std::uint64_t>, kCodes> refused{};  // by Errc
    std::atomic<std::uint64_t> rewritten{};                    // words of its channel

    std::uint64_t of(Errc code) const { return refused[static_cast<std::size_t>(code)]; }
};

// A process that sends jobs whose inputs lie in its channel, numbers, pictures and JPEGs, and
// writes into that channel all the while, from another thread: what a worker reads there is another
// thing at every look. Results are read, and not believed. Forks: to be made while this process has
// one thread.
class Mutator {
  public:
    static constexpr std::uint64_t kSide = 96;  // of its pictures

    Mutator(std::filesystem::path socket, std::uint64_t seed);

    MutatorBook& book() const { return *book_; }
    // Lets it wait for its last answers, and end. Whether it did.
    bool leave();

  private:
    Shared<MutatorBook> book_;
    std::unique_ptr<tests::Process> process_;
};

}  // namespace samovar::torture
