#pragma once
// The texts that a job brings. No LibTorch.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

namespace samovar::worker::text {

class JobTexts {
  public:
    // `bytes`: the texts, one behind the other, as UTF-8. `ends`: int64 elements, where each text
    // ends in them; the last is their number. Both may lie in memory that a client changes
    // meanwhile: they are copied once, and only the copies are looked at. A text may be empty.
    // Errors: `bad_input` (no texts, too many or too long ones; ends that fall or do not fit;
    // bytes that are no UTF-8), naming the text by its number from 0.
    static Result<JobTexts> take(std::span<const std::byte> bytes, std::span<const std::byte> ends);

    std::size_t size() const noexcept { return ends_.size(); }
    std::string_view operator[](std::size_t i) const noexcept {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(bytes_).substr(begin, ends_[i] - begin);
    }

  private:
    Result<void> take_ends(const std::vector<std::int64_t>& ends);
    Result<void> check_letters() const;

    std::string bytes_;
    std::vector<std::size_t> ends_;
};

// Texts for a job that nobody sent: words of one letter in all of `bytes`, shared out evenly. The
// sizes are those of the two inputs above.
void make_up_texts(std::span<std::byte> bytes, std::span<std::byte> ends);

}  // namespace samovar::worker::text
