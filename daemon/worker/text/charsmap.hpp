#pragma once
// The normalising rules inside a SentencePiece model ("precompiled_charsmap"): u32 bytes of a
// double array (https://linux.thai.net/~thep/datrie/, in the layout of Darts-clone), the array, and
// the texts that stand in the place of others, each with a zero behind it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::worker::text {

class Charsmap {
  public:
    // No rules.
    Charsmap() = default;
    // Errors: `bad_model`, naming the file: sizes that do not fit, texts that are no UTF-8.
    static Result<Charsmap> parse(std::string_view charsmap, const std::string& name);

    // As the reference applies them, which is not as SentencePiece does: a grapheme cluster of less
    // than 6 bytes becomes what the shortest rule at its beginning says, all of it; in others each
    // code point is looked up for itself.
    std::string normalised(std::string_view text) const;

  private:
    // What stands in the place of all of `part`, by the shortest rule that it begins with.
    std::optional<std::string_view> shortest(std::string_view part) const;

    std::vector<std::uint32_t> units_;
    std::string texts_;
    std::array<bool, 128> ruled_{};  // a rule begins with this character
};

}  // namespace samovar::worker::text
