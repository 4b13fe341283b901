#pragma once
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/torture/slope.hpp"

namespace samovar::torture {

// As a report has it: "1.2 ms".
std::string milliseconds(std::chrono::nanoseconds time);

// What a campaign did, and what held: a table on standard output at its end.
class Report {
  public:
    // So often that was done, or was lost.
    void did(std::string what, std::uint64_t count);

    void check(std::string what, std::string seen, std::string bound, bool holds);
    // Of what there may be none.
    void none(std::string what, std::uint64_t seen) {
        check(what, std::to_string(seen), "0", seen == 0);
    }
    // Of what must be as it was.
    void same(std::string what, std::uint64_t before, std::uint64_t now) {
        check(what, std::to_string(now), std::to_string(before), now == before);
    }
    void within(std::string what, std::chrono::nanoseconds seen, std::chrono::nanoseconds limit);
    // What may not grow: it fails where it surely (by two standard errors) rises by more than
    // `most` a unit of x and by `kept` in all, which is what the process may come to keep.
    void flat(std::string what, const Series& series, double most, double kept,
              const std::string& unit);

    // Words for people, below the table.
    void note(const std::string& text) { notes_ += text + "\n"; }

    bool holds() const;
    void print(std::ostream& out) const;

  private:
    struct Count {
        std::string what;
        std::uint64_t count;
    };
    struct Check {
        std::string what, seen, bound;
        bool holds;
    };
    std::vector<Count> counts_;
    std::vector<Check> checks_;
    std::string notes_;
};

}  // namespace samovar::torture
