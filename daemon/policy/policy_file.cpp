#include "daemon/policy/policy_file.hpp"

#include <algorithm>
#include <charconv>

#include <samovar/limits.hpp>

#include "daemon/models/toml_letters.hpp"
#include "daemon/queue_options.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using scheduler::PolicyRow;
using scheduler::Priority;
using scheduler::Ruled;
using scheduler::Verb;

using Patterns = std::vector<std::string>;

constexpr std::uint64_t kLeastChannelBytes = 1u << 20, kMostChannelBytes = std::uint64_t{1} << 40;
constexpr double kLeastWeight = 0.01, kMostWeight = 100;

bool is_pattern(const std::string& text) {
    return !text.empty() && text.size() <= kMaxNameBytes && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-' || c == '*' || c == '?';
    });
}

// The strings of an array; `check` refuses one by naming what it should be.
template <class Check>
void each_text(TomlReader& reader, std::string_view key, Check check) {
    const toml::array* list = reader.array(key);
    if (list->size() > kMaxPatterns)
        reader.fail(key, "has more than " + std::to_string(kMaxPatterns) + " entries");
    for (const toml::node& node : *list) {
        if (!node.is_string()) reader.fail_at(node, key, "must hold strings");
        check(node, from_plain_letters(node.as_string()->get()));
    }
}

Patterns read_models(TomlReader& reader) {
    Patterns patterns;
    each_text(reader, "models", [&](const toml::node& node, std::string text) {
        if (!is_pattern(text))
            reader.fail_at(node, "models",
                           "\"" + text +
                               "\" is neither the name of a model nor a pattern: small letters, "
                               "digits, \".\", \"_\", \"-\", and \"*\" and \"?\" for others");
        patterns.push_back(std::move(text));
    });
    return patterns;
}

std::set<Verb> every_verb() {
    return {scheduler::kVerbs.begin(), scheduler::kVerbs.end()};
}

std::set<Verb> read_verbs(TomlReader& reader) {
    std::set<Verb> verbs;
    each_text(reader, "verbs", [&](const toml::node& node, const std::string& text) {
        if (text == "*") return verbs.merge(every_verb());
        for (const Verb verb : scheduler::kVerbs)
            if (text == to_string(verb)) return void(verbs.insert(verb));
        std::string all = "\"*\"";
        for (const Verb verb : scheduler::kVerbs)
            all += ", \"" + std::string(to_string(verb)) + "\"";
        reader.fail_at(node, "verbs", "\"" + text + "\" is none of " + all);
    });
    return verbs;
}

Priority read_priority(TomlReader& reader) {
    const std::string word = reader.one_of("priority", {"interactive", "normal", "background"});
    return word == "interactive" ? Priority::interactive
           : word == "normal"    ? Priority::normal
                                 : Priority::background;
}

std::uint64_t read_sessions(TomlReader& reader) {
    return static_cast<std::uint64_t>(
        reader.integer("sessions", 1, static_cast<std::int64_t>(kMaxSessions)));
}

std::uint64_t read_channels(TomlReader& reader) {
    const std::string word = reader.text("channels");
    const auto bytes = ipc::parse_bytes(word);
    if (!bytes || *bytes < kLeastChannelBytes || *bytes > kMostChannelBytes)
        reader.fail("channels",
                    "\"" + word + "\" is no amount from 1MiB to 1TiB, such as \"4GiB\"");
    return *bytes;
}

double read_weight(TomlReader& reader) {
    const double weight = reader.number("weight");
    if (!(weight >= kLeastWeight && weight <= kMostWeight))
        reader.fail("weight", "must be from 0.01 to 100; who has none has 1");
    return weight;
}

template <class T, class Read>
void read_key(TomlReader& reader, std::string_view key, std::optional<Ruled<T>>& into, Read read) {
    if (reader.has(key)) into = Ruled<T>{read(reader), reader.place(key)};
}

PolicyRow read_row(TomlReader& reader) {
    reader.allow(
        {"models", "verbs", "priority", "sessions", "channels", "jobs", "bytes", "weight", "rate"});
    PolicyRow row;
    read_key(reader, "models", row.models, read_models);
    read_key(reader, "verbs", row.verbs, read_verbs);
    read_key(reader, "priority", row.priority, read_priority);
    read_key(reader, "sessions", row.sessions, read_sessions);
    read_key(reader, "channels", row.channel_bytes, read_channels);
    read_key(reader, "jobs", row.jobs, [](TomlReader& r) { return read_queue_jobs(r, "jobs"); });
    read_key(reader, "bytes", row.bytes,
             [](TomlReader& r) { return read_queue_bytes(r, "bytes"); });
    read_key(reader, "weight", row.weight, read_weight);
    read_key(reader, "rate", row.rate, [](TomlReader& r) { return read_rate(r, "rate"); });
    reader.finish();
    return row;
}

std::optional<std::uint32_t> as_number(const std::string& text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    return fault == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// [policy.user] or [policy.group]: `kind` is "user" or "group".
template <class Find>
void read_tables(TomlReader& policy, const char* kind, const Find& find,
                 std::map<std::uint32_t, PolicyRow>& rows) {
    auto tables = policy.table(kind);
    if (!tables) return;
    std::map<std::uint32_t, std::string> names;
    for (const std::string& name : tables->keys()) {
        const auto written = as_number(name);
        const auto id = written ? written : find(name);
        if (!id)
            tables->fail(name, std::string("there is no ") + kind +
                                   " of this name here: correct it, write its number, or remove "
                                   "the table");
        if (const auto [twin, first] = names.emplace(*id, name); !first)
            tables->fail(name, "is the same " + std::string(kind) + " as \"" + twin->second +
                                   "\", who has a table already");
        auto row = tables->table(name);
        rows[*id] = read_row(*row);
    }
    tables->finish();
}

// What is not said is left as `usual` has it.
void complete(PolicyRow& row, const PolicyRow& usual) {
    const auto fill = [](auto& key, const auto& otherwise) {
        if (!key) key = otherwise;
    };
    fill(row.models, usual.models);
    fill(row.verbs, usual.verbs);
    fill(row.priority, usual.priority);
    fill(row.sessions, usual.sessions);
    fill(row.channel_bytes, usual.channel_bytes);
    fill(row.jobs, usual.jobs);
    fill(row.bytes, usual.bytes);
    fill(row.weight, usual.weight);
    fill(row.rate, usual.rate);
}

std::string usual_rule(const std::string& table, const char* key) {
    return "policy." + table + "." + key + " (built in)";
}

PolicyRow usual_everyone() {
    const auto rule = [](const char* key) { return usual_rule("everyone", key); };
    PolicyRow row;
    row.models = {Patterns(), rule("models")};
    row.verbs = {std::set<Verb>(), rule("verbs")};
    row.priority = {Priority::interactive, rule("priority")};
    row.sessions = {std::uint64_t{kMaxSessions / 4}, rule("sessions")};
    row.channel_bytes = {kMaxChannelBytesPerUser, rule("channels")};
    row.jobs = {std::uint64_t{2048}, rule("jobs")};
    row.bytes = {std::uint64_t{64u << 20}, rule("bytes")};
    row.weight = {1.0, rule("weight")};
    row.rate = {scheduler::kNoRate, rule("rate")};
    return row;
}

PolicyRow submits(const std::string& table) {
    PolicyRow row;
    row.models = {Patterns{"*"}, usual_rule(table, "models")};
    return row;
}

PolicyRow administers(const std::string& table) {
    PolicyRow row = submits(table);
    row.verbs = {every_verb(), usual_rule(table, "verbs")};
    return row;
}

// Whether who runs the daemon is a user of its own, and neither root nor anybody at all.
bool owns(const Accounts& accounts) {
    return accounts.own != 0 && accounts.own != kNobody;
}

// Root and the user who runs the daemon, whom no file keeps out.
void add_owner(PolicyFile& file, uid_t uid) {
    const std::string table = uid == 0 ? "user.root" : "user." + std::to_string(uid);
    PolicyRow usual = administers(table);
    usual.priority = {Priority::interactive, usual_rule(table, "priority")};
    usual.sessions = {std::uint64_t{kMaxSessions}, usual_rule(table, "sessions")};
    complete(file.access.users[uid], usual);
}

void add_group(PolicyFile& file, const Accounts& accounts, const char* name,
               PolicyRow (*row)(const std::string&)) {
    if (const auto gid = accounts.group(name))
        complete(file.access.groups[*gid], row(std::string("group.") + name));
}

std::string who_administers(const PolicyFile& file, const Accounts& accounts) {
    std::string text = "root";
    if (owns(accounts))
        text += " or user " + std::to_string(accounts.own) + ", who runs the daemon";
    const auto admins = accounts.group(kAdministratorsGroup);
    const auto found = admins ? file.access.groups.find(*admins) : file.access.groups.end();
    if (found == file.access.groups.end() || !found->second.verbs ||
        found->second.verbs->value.empty())
        return text;
    text += ", or a member of group ";
    return text += kAdministratorsGroup;
}

std::string who_lets_in(const PolicyFile& file, const Accounts& accounts, const std::string& name) {
    std::string text;
    const auto users = accounts.group(kUsersGroup);
    if (users && file.access.groups.contains(*users))
        text =
            "join group samovar (root does `usermod --append --groups samovar USER`; it counts "
            "from the next login), or ";
    text += "have an administrator name the user or a group in [policy] of ";
    return text += name;
}

void add_usual(PolicyFile& file, const std::string& name, const Accounts& accounts) {
    complete(file.access.everyone, usual_everyone());
    add_owner(file, 0);
    if (owns(accounts)) add_owner(file, accounts.own);
    // A person's own daemon serves that person; to let others in is for them to say.
    if (is_system_user(accounts.own)) {
        add_group(file, accounts, kUsersGroup, submits);
        add_group(file, accounts, kAdministratorsGroup, administers);
    }
    file.administrators = who_administers(file, accounts);
    file.way_in = who_lets_in(file, accounts, name);
}

// So that nobody believes to have taken away what the owner of all files has anyway.
void refuse_for_owners(const PolicyFile& file, const Accounts& accounts) {
    for (const uid_t uid : {uid_t{0}, accounts.own}) {
        if (uid == kNobody) continue;
        const auto row = file.access.users.find(uid);
        if (row == file.access.users.end()) continue;
        const auto refuse = [](const std::string& rule) {
            throw TomlFault(rule +
                            ": root and the user who runs the daemon may use all models and "
                            "verbs: remove the key");
        };
        if (row->second.models) refuse(row->second.models->rule);
        if (row->second.verbs) refuse(row->second.verbs->rule);
    }
}

}  // namespace

PolicyFile read_policy(TomlReader& top, const std::string& file, const Accounts& accounts) {
    PolicyFile policy;
    if (auto reader = top.table("policy")) {
        reader->allow({"everyone", "user", "group"});
        if (auto everyone = reader->table("everyone")) policy.access.everyone = read_row(*everyone);
        read_tables(*reader, "user", accounts.user, policy.access.users);
        read_tables(*reader, "group", accounts.group, policy.access.groups);
        reader->finish();
        refuse_for_owners(policy, accounts);
    }
    add_usual(policy, file, accounts);
    return policy;
}

PolicyFile usual_policy(const std::string& file, const Accounts& accounts) {
    PolicyFile policy;
    add_usual(policy, file, accounts);
    return policy;
}

}  // namespace samovar::daemon
