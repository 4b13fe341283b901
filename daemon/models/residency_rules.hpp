#pragma once
// [residency] of model.toml, as docs/models.md describes it.

#include "daemon/models/toml_reader.hpp"
#include "scheduler/residency/rules.hpp"

namespace samovar::daemon {

// The rules of the table; the defaults where there is none. `otherwise`: gives the zone of
// entries that name none; asked only where there are entries, since zones take milliseconds to
// read. Throws TomlFault, also where one rule contradicts another.
scheduler::ResidencyRules read_residency(TomlReader& top, scheduler::Zone (*otherwise)());

// The time zone of this machine, by /etc/localtime; UTC where that says nothing. Found once.
scheduler::Zone machine_zone();

}  // namespace samovar::daemon
