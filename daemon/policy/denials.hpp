#pragma once
// What a caller is told whom the policy does not let.

#include <samovar/error.hpp>

#include "daemon/policy/policy_file.hpp"

namespace samovar::daemon {

// Each is `not_permitted`, names the rule and the way out. `what`: "submit jobs", "load selfie".
Error denied(const scheduler::Denial& denial, scheduler::Uid uid, const std::string& what,
             const scheduler::Rights& rights, const PolicyFile& policy);
// For a model that is asked about.
std::optional<Error> not_seen(const scheduler::Rights& rights, scheduler::Uid uid,
                              const std::string& model, const PolicyFile& policy);
// For who may use no model and no verb.
std::optional<Error> without_rights(const scheduler::Rights& rights, scheduler::Uid uid,
                                    const PolicyFile& policy);

}  // namespace samovar::daemon
