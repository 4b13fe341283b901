#include "daemon/worker/text/spm_text.hpp"

#include <cstddef>

#include "daemon/worker/text/code_points.hpp"
#include "daemon/worker/text/normal_form.hpp"
#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {
namespace {

std::string_view without_space_behind(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();)
        if (!is_white_space(next_code_point(text, at))) end = at;
    return text.substr(0, end);
}

std::string_view without_space_before(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (!is_white_space(next_code_point(text, at))) return text.substr(start);
    }
    return {};
}

void squeeze_spaces(std::string& text) {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] != ' ' || kept == 0 || text[kept - 1] != ' ') text[kept++] = text[at];
    text.resize(kept);
}

}  // namespace

std::string normalised_by_model(const Charsmap& rules, std::string_view text) {
    std::string normalised = rules.normalised(without_space_behind(without_space_before(text)));
    squeeze_spaces(normalised);
    return normalised;
}

std::string normalised_by_nfc(std::string_view text) {
    std::string spaced;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const char32_t c = next_code_point(text, at);
        std::size_t run = is_white_space(c) ? 1 : 0;
        if (run != 0)
            for (std::size_t next = at;
                 next < text.size() && is_white_space(next_code_point(text, next)); ++run)
                at = next;
        if (run > 1 || c == '\t' || c == '\n' || c == '\r')
            spaced += ' ';
        else
            spaced += text.substr(start, at - start);
    }
    return std::string(without_space_behind(composed(spaced)));
}

std::string with_marked_spaces(std::string_view text) {
    std::string marked;
    marked.reserve(text.size() + 3 * kMarkedSpace.size());
    if (!text.starts_with(' ') && !text.starts_with(kMarkedSpace)) marked += kMarkedSpace;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != ' ')
            marked += text[at];
        else
            marked += kMarkedSpace;
    }
    return marked;
}

}  // namespace samovar::worker::text
