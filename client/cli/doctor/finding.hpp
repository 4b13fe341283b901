#pragma once
#include <string>
#include <vector>

#include "client/cli/json.hpp"

namespace samovar::cli {

// What was found of one thing that Samovar needs.
struct Finding {
    enum class Level { ok, warn, fail } level = Level::ok;
    std::string subject, what, way_out;

    friend bool operator==(const Finding&, const Finding&) = default;
};
std::string_view name_of(Finding::Level level) noexcept;

using Findings = std::vector<Finding>;

inline Finding fine(std::string subject, std::string what) {
    return {Finding::Level::ok, std::move(subject), std::move(what), ""};
}
inline Finding doubtful(std::string subject, std::string what, std::string way_out) {
    return {Finding::Level::warn, std::move(subject), std::move(what), std::move(way_out)};
}
inline Finding bad(std::string subject, std::string what, std::string way_out) {
    return {Finding::Level::fail, std::move(subject), std::move(what), std::move(way_out)};
}

// {"level", "subject", "what", "way_out"}
Json to_json(const Finding& finding);

}  // namespace samovar::cli
