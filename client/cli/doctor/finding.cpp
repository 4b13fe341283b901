#include "client/cli/doctor/finding.hpp"

namespace samovar::cli {

std::string_view name_of(Finding::Level level) noexcept {
    switch (level) {
        case Finding::Level::ok: return "ok";
        case Finding::Level::warn: return "warn";
        case Finding::Level::fail: return "fail";
    }
    return "fail";
}

Json to_json(const Finding& finding) {
    return {{"level", name_of(finding.level)},
            {"subject", finding.subject},
            {"what", finding.what},
            {"way_out", finding.way_out}};
}

}  // namespace samovar::cli
