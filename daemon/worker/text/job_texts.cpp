#include "daemon/worker/text/job_texts.hpp"

#include <cstring>
#include <optional>
#include <utility>

#include <samovar/limits.hpp>

#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

Error bad_texts(std::string what, std::string hint) {
    return {Errc::bad_input, std::move(what), std::move(hint), 0, 0};
}

std::string nth(std::size_t i) {
    return "text " + std::to_string(i);
}

}  // namespace

Result<JobTexts> JobTexts::take(std::span<const std::byte> bytes, std::span<const std::byte> ends) {
    const std::size_t count = ends.size() / sizeof(std::int64_t);
    if (count == 0) return bad_texts("the job brings no texts", "give it one at least");
    if (count > kMaxTexts)
        return bad_texts("the job brings " + std::to_string(count) + " texts, and " +
                             std::to_string(kMaxTexts) + " are allowed",
                         "share them out among several jobs");
    if (bytes.size() > kMaxTextsBytes)
        return bad_texts("the job's texts have " + std::to_string(bytes.size()) + " bytes, and " +
                             std::to_string(kMaxTextsBytes) + " are allowed",
                         "share them out among several jobs");
    JobTexts texts;
    texts.bytes_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<std::int64_t> given(count);
    std::memcpy(given.data(), ends.data(), count * sizeof(std::int64_t));
    if (Result<void> fine = texts.take_ends(given); !fine) return std::move(fine).error();
    if (Result<void> fine = texts.check_letters(); !fine) return std::move(fine).error();
    return texts;
}

Result<void> JobTexts::take_ends(const std::vector<std::int64_t>& ends) {
    const char* const hint =
        "`ends` holds for each text the byte behind its last one, counted from the first text's "
        "first";
    ends_.reserve(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const std::int64_t begin = i == 0 ? 0 : ends[i - 1];
        if (ends[i] < begin)
            return bad_texts(nth(i) + " ends at byte " + std::to_string(ends[i]) +
                                 ", before its beginning at " + std::to_string(begin),
                             hint);
        if (ends[i] > static_cast<std::int64_t>(bytes_.size()))
            return bad_texts(nth(i) + " ends at byte " + std::to_string(ends[i]) + " of " +
                                 std::to_string(bytes_.size()),
                             hint);
        ends_.push_back(static_cast<std::size_t>(ends[i]));
    }
    if (ends_.back() == bytes_.size()) return {};
    return bad_texts("the last text ends at byte " + std::to_string(ends_.back()) + " of " +
                         std::to_string(bytes_.size()),
                     hint);
}

Result<void> JobTexts::check_letters() const {
    for (std::size_t i = 0; i < size(); ++i) {
        const std::string_view text = (*this)[i];
        if (text.size() > kMaxOneTextBytes)
            return bad_texts(nth(i) + " has " + std::to_string(text.size()) + " bytes, and " +
                                 std::to_string(kMaxOneTextBytes) + " are allowed",
                             "cut it into several: a model reads its beginning only");
        const std::optional<std::size_t> at = first_fault(text);
        if (at)
            return bad_texts(nth(i) + " is no UTF-8 at its byte " + std::to_string(*at),
                             "encode texts as UTF-8, and cut them between characters");
    }
    return {};
}

void make_up_texts(std::span<std::byte> bytes, std::span<std::byte> ends) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i % 2 == 0 ? 'a' : ' ');
    const std::size_t count = ends.size() / sizeof(std::int64_t);
    for (std::size_t i = 0; i < count; ++i) {
        const auto end = static_cast<std::int64_t>(bytes.size() * (i + 1) / count);
        std::memcpy(ends.data() + i * sizeof end, &end, sizeof end);
    }
}

}  // namespace samovar::worker::text
