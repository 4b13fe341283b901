#pragma once
// [policy] of samovard.toml: who may do what.

#include <optional>

#include "daemon/models/toml_reader.hpp"
#include "daemon/policy/accounts.hpp"
#include "scheduler/access/policy.hpp"

namespace samovar::daemon {

inline constexpr const char* kUsersGroup = "samovar";
inline constexpr const char* kAdministratorsGroup = "samovar-admin";

// The policy, and what those are told whom it does not let.
struct PolicyFile {
    scheduler::AccessPolicy access;
    std::string administrators;  // "root, or a member of group samovar-admin"
    std::string way_in;          // how one gets to submit jobs
};

// Reads the table; what it does not say stands as it would without it. `file` is its name for
// people, also where there is none. Throws TomlFault.
PolicyFile read_policy(TomlReader& top, const std::string& file, const Accounts& accounts);
// That of a daemon without a configuration file, which would be this one.
PolicyFile usual_policy(const std::string& file, const Accounts& accounts);

}  // namespace samovar::daemon
