#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <cmath>

#include <samovar/access.hpp>

#include "client/cli/commands/all.hpp"
#include "client/cli/table.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace whoami_command {
namespace {

std::string name_of_user(std::uint32_t uid) {
    const passwd* entry = ::getpwuid(uid);
    return entry ? entry->pw_name : "";
}

std::string name_of_group(std::uint32_t gid) {
    const group* entry = ::getgrgid(gid);
    return entry ? entry->gr_name : "";
}

std::string_view name_of(Priority priority) {
    switch (priority) {
        case Priority::interactive: return "interactive";
        case Priority::normal: return "normal";
        case Priority::background: return "background";
    }
    return "unknown";
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

Json amount(const AllowedAmount& amount) {
    return {{"limit", amount.limit == AllowedAmount::kNoLimit ? Json() : Json(amount.limit)},
            {"used", amount.used},
            {"rule", amount.rule}};
}

Json document(const Identity& identity) {
    Json groups = Json::array();
    for (const std::uint32_t gid : identity.groups)
        groups.push_back({{"gid", gid}, {"name", name_of_group(gid)}});
    return {
        {"uid", identity.uid},
        {"user", name_of_user(identity.uid)},
        {"groups", std::move(groups)},
        {"models", {{"allowed", identity.models.names}, {"rule", identity.models.rule}}},
        {"verbs", {{"allowed", identity.verbs.names}, {"rule", identity.verbs.rule}}},
        {"priority", {{"highest", name_of(identity.priority)}, {"rule", identity.priority_rule}}},
        {"sessions", amount(identity.sessions)},
        {"channel_bytes", amount(identity.channel_bytes)},
        {"jobs", amount(identity.jobs)},
        {"inline_bytes", amount(identity.inline_bytes)},
        {"session_jobs", amount(identity.session_jobs)},
        {"session_inline_bytes", amount(identity.session_inline_bytes)},
        {"weight", {{"share", identity.weight}, {"rule", identity.weight_rule}}},
        {"rate",
         {{"limit", std::isinf(identity.rate) ? Json() : Json(identity.rate)},
          {"rule", identity.rate_rule}}}};
}

std::string who_in_words(const Identity& identity) {
    const std::string name = name_of_user(identity.uid);
    std::string text =
        fmt::format("user {}{}", identity.uid, name.empty() ? "" : " (" + name + ")");
    for (std::size_t i = 0; i < identity.groups.size(); ++i) {
        const std::string group = name_of_group(identity.groups[i]);
        text += (i == 0 ? ", in " : ", ") +
                (group.empty() ? std::to_string(identity.groups[i]) : group);
    }
    return text + "\n";
}

// "3 of 2048".
std::string count_in_words(const AllowedAmount& count) {
    return fmt::format("{} of {}", count.used, count.limit);
}

std::string bytes_of(const AllowedAmount& bytes) {
    return bytes_in_words(bytes.used) + " of " + bytes_in_words(bytes.limit);
}

void print(const Identity& identity, Console& console) {
    Table table({{"MAY"}, {""}, {"BY"}});
    const auto row = [&](const char* what, const std::string& value, const std::string& rule) {
        table.add({what, printable(value), printable(rule)});
    };
    const bool none = identity.models.names.empty(), plain = identity.verbs.names.empty();
    row("use models", none ? "none" : joined(identity.models.names), identity.models.rule);
    row("administer", plain ? "nothing" : joined(identity.verbs.names), identity.verbs.rule);
    row("priority", std::string(name_of(identity.priority)), identity.priority_rule);
    row("sessions", count_in_words(identity.sessions), identity.sessions.rule);
    row("jobs", count_in_words(identity.jobs), identity.jobs.rule);
    row("jobs in a session", count_in_words(identity.session_jobs), identity.session_jobs.rule);
    row("memory of slots", bytes_of(identity.channel_bytes), identity.channel_bytes.rule);
    row("inline tensors", bytes_of(identity.inline_bytes), identity.inline_bytes.rule);
    row("inline in a session", bytes_of(identity.session_inline_bytes),
        identity.session_inline_bytes.rule);
    row("share", fmt::format("{}", identity.weight), identity.weight_rule);
    row("rate", std::isinf(identity.rate) ? "any" : fmt::format("{} jobs a second", identity.rate),
        identity.rate_rule);
    console.print(who_in_words(identity) + table.to_text(console.out()));
}

Action declare(Arguments&) {
    return [](const Invocation& invocation) {
        return ask(
            invocation, [](Client& client) { return client.whoami(); }, document, print);
    };
}

}  // namespace
}  // namespace whoami_command

const Command kWhoAmI{
    .name = "whoami",
    .summary = "Show who one is to the daemon, what one may do, and which rule says so",
    .detail =
        "The rules are those of [policy] in samovard.toml; `samovar reload` takes changes in.",
    .example = "  samovar whoami",
    .json =
        R"({"uid", "user", "groups": [{"gid", "name"}], "models": {"allowed": [PATTERN], "rule"},
 "verbs": {"allowed": [VERB], "rule"}, "priority": {"highest", "rule"},
 "sessions": {"limit", "used", "rule"}, "channel_bytes": {...}, "jobs": {...}, "inline_bytes": {...},
 "session_jobs": {...}, "session_inline_bytes": {...}, "weight": {"share", "rule"},
 "rate": {"limit" (jobs a second; null: any), "rule"}})",
    .declare = whoami_command::declare};

}  // namespace samovar::cli
