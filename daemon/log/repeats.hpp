#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace samovar::daemon {

// Keeps what repeats itself from filling the log. Lines that differ in nothing but numbers, or in
// who a session's client says it is, are alike: of those, a few pass in each term, and the rest is
// counted. Bounded memory, whatever is logged. Times come in.
class Repeats {
  public:
    using Time = std::chrono::system_clock::time_point;
    static constexpr std::uint64_t kAtOnce = 5;
    static constexpr std::chrono::seconds kTerm{30};
    static constexpr std::size_t kMostKinds = 256;

    // Whether the line may pass; else it is counted. `level`: lines of different levels are not
    // alike.
    bool passes(std::string_view line, int level, Time now);

    // Lines that were held back, in a term that is over; each is told of once.
    struct Held {
        std::string line;  // the first of them
        int level = 0;
        std::uint64_t count = 0;
    };
    std::vector<Held> over(Time now);
    std::vector<Held> all();

  private:
    struct Kind {
        Time begun{};
        std::uint64_t passed = 0;
        Held held;
    };
    std::map<std::string, Kind> kinds_;
};

// "LINE (41 more like it in 30 s)".
std::string in_words(const Repeats::Held& held);

}  // namespace samovar::daemon
