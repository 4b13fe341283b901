#pragma once
#include <vector>

#include <samovar/models.hpp>

#include "client/cli/json.hpp"
#include "client/cli/table.hpp"

namespace samovar::cli {

// Models as `samovar ps` and `samovar top` list them.
Table table_of(const std::vector<ModelStatus>& models);
Json to_json(const ModelStatus& model);
// All that `samovar ps` knows.
Json to_json(const DaemonStatus& status);

// A line about the daemon itself.
std::string daemon_in_words(const DaemonStatus& status);
// Of devices a row each, and a line about what is parked in the host's memory, if there is or may
// be.
std::string devices_in_words(const DaemonStatus& status, const Stream& stream);

}  // namespace samovar::cli
