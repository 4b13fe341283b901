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

}  // namespace samovar::cli
