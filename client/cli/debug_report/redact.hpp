#pragma once
#include <string>
#include <string_view>

namespace samovar::cli {

// samovard.toml as it may be shown to others: without comments, without the values of keys that
// sound like secrets, without what stands before the @ of an address, and without texts of several
// lines.
std::string redacted_configuration(std::string_view toml);

// Lines of the log as they may be: what a worker says of an error may be what a model's code made
// of a caller's words, so of its lines only their beginnings are kept.
std::string redacted_log(std::string_view log);

}  // namespace samovar::cli
