#pragma once
// Jobs whose only right answer is known beforehand, each another one.

#include <cstdint>
#include <random>
#include <vector>

#include <samovar/client.hpp>

namespace samovar::torture {

using Chance = std::mt19937_64;

// Between two numbers, both of them possible.
std::uint64_t between(Chance& chance, std::uint64_t least, std::uint64_t most);

// A job of "invert" over a picture, which lies in shared memory, or of "add" over few numbers,
// inside the message. What goes in comes of `number` alone, so that an answer that belongs to
// another job is a wrong one.
class Work {
  public:
    // `side`: the longest that a picture may have.
    static Work draw(Chance& chance, std::uint64_t number, std::uint64_t side);
    // Errors: those of Client::take().
    Result<JobSpec> spec(Client& client) const;
    bool is_right(const JobResult& result) const;

  private:
    std::uint64_t number_ = 0;
    bool picture_ = false;
    bool in_place_ = false;  // the answer comes in a slot, too
    std::uint64_t height_ = 0, width_ = 0;

    std::vector<std::byte> pixels() const;
    std::vector<float> numbers() const;
};

}  // namespace samovar::torture
