#include "tests/torture/victims.hpp"

#include <signal.h>

#include <utility>

namespace samovar::torture {
namespace {

constexpr std::uint64_t kLongestLifeUs = 40'000;  // the first answers of a busy daemon are in it

}  // namespace

Victims::Victims(std::filesystem::path socket, std::uint64_t seed, std::size_t living)
    : socket_(std::move(socket)), chance_(seed), most_(living) {}

void Victims::kill_one() {
    while (living_.size() < most_)
        living_.push_back(born());
    tests::wait_until([&] { return Clock::now() >= living_.front().dies; });
    kill(living_.front());
    living_.pop_front();
}

void Victims::kill_all() {
    for (Victim& victim : living_)
        kill(victim);
    living_.clear();
}

void Victims::kill(Victim& victim) {
    victim.process->signal(SIGKILL);
    ended_by_themselves_ += victim.process->wait_for_exit() != SIGKILL ? 1 : 0;
}

Victims::Victim Victims::born() {
    const std::uint64_t seed = chance_();
    return {std::make_unique<tests::Process>([this, seed] { live(seed); }),
            Clock::now() + std::chrono::microseconds(between(chance_, 0, kLongestLifeUs))};
}

// Everything that a client can be in the midst of.
void Victims::live(std::uint64_t seed) const {
    Chance chance(seed);
    Client client = Client::connect({.socket = socket_.string(), .name = "victim"}).value();
    ++*connected_;
    std::vector<Slot> kept;
    for (std::uint64_t number = 1;; ++number) {
        switch (between(chance, 0, 9)) {
            case 0: client.ping().value(); break;
            case 1: client.status().value(); break;
            case 2: kept.push_back(client.take(between(chance, 1, 8u << 20)).value()); break;
            case 3: kept.clear(); break;
            case 4: client.trim(); break;
            case 5: client.cancel_all(); break;
            case 6: client.drain(std::chrono::minutes(1)).value(); break;
            default: {
                JobSpec spec = Work::draw(chance, seed + number, kSide).spec(client).value();
                const auto ignored = [](const Result<JobResult>&) {};
                // A full session is none of a victim's cares.
                if (client.submit(std::move(spec), ignored))
                    ++*jobs_;
                else
                    client.drain(std::chrono::minutes(1)).value();
            }
        }
    }
}

}  // namespace samovar::torture
