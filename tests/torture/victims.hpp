#pragma once
#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>

#include "tests/support/process.hpp"
#include "tests/torture/campaign.hpp"
#include "tests/torture/shared.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {

// Clients that do all a client can, and are killed in the midst of it. Forks, as Caller does.
class Victims {
  public:
    static constexpr std::uint64_t kSide = 700;  // of a picture, at most: 1.5 MB
    // `living`: at a time.
    Victims(std::filesystem::path socket, std::uint64_t seed, std::size_t living);

    // Kills the oldest when its time has come; there is another in its place the next time.
    void kill_one();
    void kill_all();
    // How far they came.
    std::uint64_t connected() const { return *connected_; }
    std::uint64_t jobs() const { return *jobs_; }
    // Such as were no victims any more.
    std::uint64_t ended_by_themselves() const { return ended_by_themselves_; }

  private:
    struct Victim {
        std::unique_ptr<tests::Process> process;
        Clock::time_point dies;
    };
    Victim born();
    void live(std::uint64_t seed) const;
    void kill(Victim& victim);

    std::filesystem::path socket_;
    Chance chance_;
    std::size_t most_;
    std::deque<Victim> living_;
    Shared<std::atomic<std::uint64_t>> connected_, jobs_;
    std::uint64_t ended_by_themselves_ = 0;
};

}  // namespace samovar::torture
