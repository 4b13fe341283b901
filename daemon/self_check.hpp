#pragma once
#include <string>

#include "daemon/models/scan.hpp"
#include "daemon/options.hpp"

namespace samovar::daemon {

// What `samovard --check` finds: it reads what a start would read, and starts nothing.
struct SelfCheck {
    bool good = true;  // a daemon with these options would serve all of these models
    // A document of JSON a line. First {"places": {NAME: PATH}}; then, for each thing that was
    // looked at, {"level": "ok", "warn" or "fail", "subject", "what", "way_out"}.
    std::string lines;
};

// Looks at the models folder: who may write it, whether each model.toml parses, and whether its
// files are there, whole as far as their containers tell, and readable. Large files are not read.
SelfCheck check_models(const Options& options, const Devices& devices);

}  // namespace samovar::daemon
