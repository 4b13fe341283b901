#pragma once
// Strict reading of a TOML table: every key that is read is ticked off, and what is left over at
// the end is an error. Faults name file, line and key.

// toml++ asserts (and, optimised by clang, assumes) things that a file can break, where the code
// that follows would have answered with an error. So it gets neither.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace samovar::daemon {

// "FILE:LINE: KEY: what is wrong". Thrown by the readers, caught where a file is taken in.
struct TomlFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class TomlReader {
  public:
    // `path` is the table's place for messages: "" at the top, "code[0]" below.
    TomlReader(const toml::table& table, std::string file, std::string path = "")
        : table_(table), file_(std::move(file)), path_(std::move(path)) {}

    bool has(std::string_view key) const;
    bool is_text(std::string_view key) const;
    bool is_boolean(std::string_view key) const;
    std::string text(std::string_view key, std::optional<std::string> fallback = {});
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high,
                         std::optional<std::int64_t> fallback = {});
    double number(std::string_view key, std::optional<double> fallback = {});
    bool boolean(std::string_view key, std::optional<bool> fallback = {});
    // "250ms", "30s", "5m", "1h", as milliseconds.
    std::int64_t duration_ms(std::string_view key, std::int64_t low, std::int64_t high,
                             std::optional<std::int64_t> fallback = {});
    // A word out of a list; the fault names the list.
    std::string one_of(std::string_view key, std::initializer_list<std::string_view> allowed,
                       std::optional<std::string> fallback = {});
    std::vector<double> numbers(std::string_view key, std::size_t count,
                                const std::vector<double>& fallback);
    const toml::array* array(std::string_view key);
    // Each element must be a table.
    std::vector<TomlReader> tables(std::string_view key);
    std::optional<TomlReader> table(std::string_view key);
    std::vector<std::string> keys() const;

    // The keys that may stand in this table: another one is a fault. To be called first, so that a
    // misspelt key is told of, and not the one that is missing therefore.
    void allow(std::initializer_list<std::string_view> known) const;
    // To be called when all is read: a key that nobody asked for is a fault.
    void finish() const;

    // "FILE:LINE: KEY", of a key that stands there.
    std::string place(std::string_view key) const;
    [[noreturn]] void fail(std::string_view key, const std::string& what) const;
    [[noreturn]] void fail_at(const toml::node& node, std::string_view key,
                              const std::string& what) const;

  private:
    const toml::node* get(std::string_view key);
    std::string full(std::string_view key) const;
    [[noreturn]] void fail_unknown(const toml::node& node, const std::string& key,
                                   std::vector<std::string_view> known) const;

    const toml::table& table_;
    std::string file_, path_;
    std::set<std::string, std::less<>> seen_;  // in plain letters
};

// Parses text that came from `file`. Strings and keys of the table are written in plain letters,
// see toml_letters.hpp; TomlReader gives them as they were. Throws TomlFault.
toml::table parse_toml(std::string_view text, const std::string& file);
// The whole of a small file; `limit` bytes at most. Throws TomlFault.
std::string read_small_file(const std::filesystem::path& file, std::size_t limit);

}  // namespace samovar::daemon
