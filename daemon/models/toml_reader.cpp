#include "daemon/models/toml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "daemon/models/toml_letters.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

std::string join(std::initializer_list<std::string_view> words) {
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    return text;
}

}  // namespace

bool TomlReader::has(std::string_view key) const {
    return table_.contains(to_plain_letters(key));
}

const toml::node* TomlReader::get(std::string_view key) {
    const std::string plain = to_plain_letters(key);
    seen_.insert(plain);
    return table_.get(plain);
}

std::string TomlReader::full(std::string_view key) const {
    if (key.empty()) return path_;
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::string TomlReader::place(std::string_view key) const {
    const toml::node* found = table_.get(to_plain_letters(key));
    const toml::node& node = found ? *found : static_cast<const toml::node&>(table_);
    return file_ + ":" + std::to_string(node.source().begin.line) + ": " + full(key);
}

void TomlReader::fail_at(const toml::node& node, std::string_view key,
                         const std::string& what) const {
    throw TomlFault(file_ + ":" + std::to_string(node.source().begin.line) + ": " + full(key) +
                    ": " + what);
}

void TomlReader::fail(std::string_view key, const std::string& what) const {
    const toml::node* node = table_.get(to_plain_letters(key));
    fail_at(node ? *node : static_cast<const toml::node&>(table_), key, what);
}

bool TomlReader::is_text(std::string_view key) const {
    const toml::node* node = table_.get(to_plain_letters(key));
    return node != nullptr && node->is_string();
}

bool TomlReader::is_boolean(std::string_view key) const {
    const toml::node* node = table_.get(to_plain_letters(key));
    return node != nullptr && node->is_boolean();
}

std::string TomlReader::text(std::string_view key, std::optional<std::string> fallback) {
    const toml::node* node = get(key);
    if (!node) return fallback ? *fallback : (fail(key, "is required"), "");
    if (!node->is_string()) fail(key, "must be a string");
    return from_plain_letters(node->as_string()->get());
}

std::int64_t TomlReader::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                 std::optional<std::int64_t> fallback) {
    const toml::node* node = get(key);
    if (!node) return fallback ? *fallback : (fail(key, "is required"), 0);
    if (!node->is_integer()) fail(key, "must be an integer");
    const std::int64_t value = node->as_integer()->get();
    if (value < low || value > high)
        fail(key, "must be from " + std::to_string(low) + " to " + std::to_string(high));
    return value;
}

double TomlReader::number(std::string_view key, std::optional<double> fallback) {
    const toml::node* node = get(key);
    if (!node) return fallback ? *fallback : (fail(key, "is required"), 0.0);
    if (!node->is_number()) fail(key, "must be a number");
    return node->is_integer() ? static_cast<double>(node->as_integer()->get())
                              : node->as_floating_point()->get();
}

bool TomlReader::boolean(std::string_view key, std::optional<bool> fallback) {
    const toml::node* node = get(key);
    if (!node) return fallback ? *fallback : (fail(key, "is required"), false);
    if (!node->is_boolean()) fail(key, "must be true or false");
    return node->as_boolean()->get();
}

std::int64_t TomlReader::duration_ms(std::string_view key, std::int64_t low, std::int64_t high,
                                     std::optional<std::int64_t> fallback) {
    if (!get(key) && fallback) return *fallback;
    const std::string word = text(key);
    const auto duration = ipc::parse_duration(word);
    if (!duration)
        fail(key, "must be a duration such as \"250ms\", \"30s\", \"5m\", \"1h30m\" or \"2d\"");
    const std::int64_t ms = duration->count();
    const auto words = [](std::int64_t limit) {
        return ipc::duration_in_words(std::chrono::milliseconds(limit));
    };
    if (ms < low || ms > high) fail(key, "must be from " + words(low) + " to " + words(high));
    return ms;
}

std::string TomlReader::one_of(std::string_view key,
                               std::initializer_list<std::string_view> allowed,
                               std::optional<std::string> fallback) {
    const std::string word = text(key, std::move(fallback));
    for (const std::string_view candidate : allowed)
        if (word == candidate) return word;
    fail(key, "\"" + word + "\" is none of " + join(allowed));
}

std::vector<double> TomlReader::numbers(std::string_view key, std::size_t count,
                                        const std::vector<double>& fallback) {
    const toml::array* list = array(key);
    if (!list) return fallback;
    std::vector<double> values;
    for (const toml::node& node : *list) {
        if (!node.is_number()) fail_at(node, key, "must hold numbers");
        values.push_back(node.is_integer() ? static_cast<double>(node.as_integer()->get())
                                           : node.as_floating_point()->get());
    }
    if (values.size() != count) fail(key, "must hold " + std::to_string(count) + " numbers");
    return values;
}

const toml::array* TomlReader::array(std::string_view key) {
    const toml::node* node = get(key);
    if (!node) return nullptr;
    if (!node->is_array()) fail(key, "must be an array");
    return node->as_array();
}

std::vector<TomlReader> TomlReader::tables(std::string_view key) {
    std::vector<TomlReader> readers;
    const toml::array* list = array(key);
    if (!list) return readers;
    for (const toml::node& node : *list) {
        if (!node.is_table()) fail_at(node, key, "must be tables: [[" + std::string(key) + "]]");
        readers.emplace_back(*node.as_table(), file_,
                             full(key) + "[" + std::to_string(readers.size()) + "]");
    }
    return readers;
}

std::optional<TomlReader> TomlReader::table(std::string_view key) {
    const toml::node* node = get(key);
    if (!node) return std::nullopt;
    if (!node->is_table()) fail(key, "must be a table: [" + std::string(key) + "]");
    return TomlReader(*node->as_table(), file_, full(key));
}

std::vector<std::string> TomlReader::keys() const {
    std::vector<std::string> names;
    for (const auto& [key, node] : table_)
        names.push_back(from_plain_letters(key.str()));
    return names;
}

void TomlReader::allow(std::initializer_list<std::string_view> known) const {
    for (const auto& [plain, node] : table_)
        if (const std::string key = from_plain_letters(plain.str());
            std::find(known.begin(), known.end(), key) == known.end())
            fail_unknown(node, key, known);
}

void TomlReader::finish() const {
    for (const auto& [key, node] : table_)
        if (!seen_.contains(key.str()))
            fail_unknown(node, from_plain_letters(key.str()), {seen_.begin(), seen_.end()});
}

void TomlReader::fail_unknown(const toml::node& node, const std::string& key,
                              std::vector<std::string_view> known) const {
    // A key that stands there already is not the one that was meant.
    std::erase_if(known, [this](std::string_view other) { return has(other); });
    const std::string_view near = ipc::nearest_word(key, known);
    fail_at(node, key,
            "is not a known key here" +
                (near.empty() ? "" : ": did you mean " + std::string(near) + "?"));
}

toml::table parse_toml(std::string_view text, const std::string& file) {
    if (!is_utf8(text)) throw TomlFault(file + ": is not UTF-8 text");
    try {
        return toml::parse(to_plain_letters(text), file);
    } catch (const toml::parse_error& fault) {
        throw TomlFault(file + ":" + std::to_string(fault.source().begin.line) + ": " +
                        from_plain_letters(fault.description()));
    }
}

std::string read_small_file(const std::filesystem::path& file, std::size_t limit) {
    std::error_code fault;
    // Opening a pipe would wait for whoever writes it.
    if (fs::exists(file, fault) && !fs::is_regular_file(file, fault))
        throw TomlFault(file.string() + ": is not a regular file");
    std::ifstream in(file, std::ios::binary);
    if (!in) throw TomlFault(file.string() + ": " + std::generic_category().message(errno));
    std::string text(limit + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > limit)
        throw TomlFault(file.string() + ": is larger than " + std::to_string(limit) + " bytes");
    return text;
}

}  // namespace samovar::daemon
