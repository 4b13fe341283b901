#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

std::string_view to_string(Finding::Level level) noexcept {
    switch (level) {
        case Finding::Level::ok: return "ok";
        case Finding::Level::warn: return "warn";
        case Finding::Level::fail: return "fail";
    }
    return "fail";
}

Json to_json(const Finding& finding) {
    return {{"level", to_string(finding.level)},
            {"subject", finding.subject},
            {"what", finding.what},
            {"way_out", finding.way_out}};
}

}  // namespace samovar::cli
