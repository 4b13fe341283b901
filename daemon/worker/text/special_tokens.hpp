#pragma once
// Tokens that are found in the text itself, such as a "[SEP]" that somebody wrote.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samovar::worker::text {

struct SpecialToken {
    std::string text;  // not empty
    std::int32_t id = 0;
};

class SpecialTokens {
  public:
    explicit SpecialTokens(std::vector<SpecialToken> tokens = {});

    struct Found {
        std::size_t at;
        std::size_t bytes;
        std::int32_t id;
    };
    // The first one in `text` from `from` on; of those that begin at one place the longest.
    std::optional<Found> next(std::string_view text, std::size_t from) const;

  private:
    std::vector<SpecialToken> tokens_;  // longest first
    std::array<bool, 256> begins_{};    // a token begins with this byte
};

}  // namespace samovar::worker::text
