#include "daemon/worker/text/charsmap.hpp"

#include <cstring>

#include "daemon/worker/text/grapheme.hpp"
#include "daemon/worker/text/utf8.hpp"
#include "daemon/worker/text/vocabulary_file.hpp"

namespace samovar::worker::text {
namespace {

// A cluster of this many bytes or more is taken apart.
constexpr std::size_t kWholeCluster = 6;

bool has_leaf(std::uint32_t unit) {
    return (unit >> 8 & 1) != 0;
}
std::uint32_t leaf_value(std::uint32_t unit) {
    return unit & 0x7FFFFFFF;
}
std::uint32_t label(std::uint32_t unit) {
    return unit & 0x800000FF;
}
std::uint32_t offset(std::uint32_t unit) {
    return (unit >> 10) << ((unit & 0x200) >> 6);
}

}  // namespace

Result<Charsmap> Charsmap::parse(std::string_view charsmap, const std::string& name) {
    Charsmap map;
    if (charsmap.empty()) return map;
    std::uint32_t bytes = 0;
    if (charsmap.size() >= sizeof bytes) std::memcpy(&bytes, charsmap.data(), sizeof bytes);
    if (bytes == 0 || bytes % sizeof(std::uint32_t) != 0 || bytes > charsmap.size() - sizeof bytes)
        return bad_vocabulary(name, "has normalising rules that are cut short or malformed");
    map.units_.resize(bytes / sizeof(std::uint32_t));
    std::memcpy(map.units_.data(), charsmap.data() + sizeof bytes, bytes);
    map.texts_ = charsmap.substr(sizeof bytes + bytes);
    std::string repaired;
    if (well_formed(map.texts_, repaired) != map.texts_)
        return bad_vocabulary(name, "has normalising rules that give no UTF-8");
    for (std::size_t c = 1; c < map.ruled_.size(); ++c) {
        const std::size_t at = offset(map.units_[0]) ^ c;
        map.ruled_[c] = at < map.units_.size() && label(map.units_[at]) == c;
    }
    return map;
}

std::optional<std::string_view> Charsmap::shortest(std::string_view part) const {
    std::size_t at = offset(units_[0]);
    for (const char byte : part) {
        const auto c = static_cast<unsigned char>(byte);
        at ^= c;
        if (c == 0 || at >= units_.size() || label(units_[at]) != c) return std::nullopt;
        const std::uint32_t unit = units_[at];
        at ^= offset(unit);
        if (!has_leaf(unit)) continue;
        if (at >= units_.size()) return std::nullopt;
        const std::uint32_t begin = leaf_value(units_[at]);
        if (begin >= texts_.size()) return std::string_view();
        const std::string_view rest = std::string_view(texts_).substr(begin);
        return rest.substr(0, rest.find('\0'));
    }
    return std::nullopt;
}

std::string Charsmap::normalised(std::string_view text) const {
    std::string result;
    if (units_.empty()) return result = text;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = cluster_end(text, at);
        const std::string_view cluster = text.substr(at, end - at);
        at = end;
        const auto first = static_cast<unsigned char>(cluster.front());
        if (cluster.size() == 1 && first < ruled_.size() && !ruled_[first]) {
            result += cluster;
            continue;
        }
        if (cluster.size() < kWholeCluster) {
            if (const auto rule = shortest(cluster)) {
                result += *rule;
                continue;
            }
        }
        for (std::size_t i = 0; i < cluster.size();) {
            const std::size_t start = i;
            next_code_point(cluster, i);
            const std::string_view part = cluster.substr(start, i - start);
            result += shortest(part).value_or(part);
        }
    }
    return result;
}

}  // namespace samovar::worker::text
