#pragma once
// Who one is to a daemon, and what one may do.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <samovar/job.hpp>

namespace samovar {

// `rule` is where it stands: "/etc/samovar/samovard.toml:14: policy.group.students.models", or a
// word on a default.
struct AllowedNames {
    std::vector<std::string> names;
    std::string rule;
};

struct AllowedAmount {
    static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t limit = kNoLimit;
    std::uint64_t used = 0;
    std::string rule;
};

// What the daemon's policy has for the user of this session. It is that of the moment: a reload may
// change it.
struct Identity {
    std::uint32_t uid = 0;              // as the daemon sees it
    std::vector<std::uint32_t> groups;  // when the session began; 256 at most
    AllowedNames models;                // patterns: "*", "moods-*"
    AllowedNames verbs;                 // "load", "reload"; empty: no administrator
    Priority priority{};                // the highest
    std::string priority_rule;
    AllowedAmount sessions;       // of the user
    AllowedAmount channel_bytes;  // slots' memory; this and the next two in all sessions
    AllowedAmount jobs;           // that are not done
    AllowedAmount inline_bytes;   // tensors that jobs bring in their messages
    AllowedAmount session_jobs;   // of this session
    AllowedAmount session_inline_bytes;
    double weight = 1;  // of the share of devices' time; others have 1
    std::string weight_rule;
    double rate = std::numeric_limits<double>::infinity();  // jobs a second
    std::string rate_rule;
};

}  // namespace samovar
