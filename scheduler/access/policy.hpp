#pragma once
// Who may do what: the table of samovard.toml that says so, and how it is read for one caller.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/queue/fair_queue.hpp"

namespace samovar::scheduler {

using Gid = std::uint32_t;

// Who is at the other end, as the kernel saw it when it connected.
struct Caller {
    Uid uid = 0;
    std::vector<Gid> groups;  // all of them, in any order
};

// What goes beyond jobs and questions. The names are those of the commands.
enum class Verb : std::uint8_t {
    load,
    unload,
    warm,
    park,
    pin,
    hold,
    release,
    lend,
    add,
    remove,
    reload
};
inline constexpr std::array kVerbs{Verb::load, Verb::unload, Verb::warm,    Verb::park,
                                   Verb::pin,  Verb::hold,   Verb::release, Verb::lend,
                                   Verb::add,  Verb::remove, Verb::reload};
std::string_view to_string(Verb verb) noexcept;
std::string_view to_string(Priority priority) noexcept;

// A value, and the rule that it comes from: "samovard.toml:14: policy.group.students.jobs".
template <class T>
struct Ruled {
    T value{};
    std::string rule;

    bool operator==(const Ruled&) const = default;
};

// One table: of a user, of a group, or of everyone. What it does not say is left to the next.
struct PolicyRow {
    std::optional<Ruled<std::vector<std::string>>> models;  // patterns
    std::optional<Ruled<std::set<Verb>>> verbs;
    std::optional<Ruled<Priority>> priority;       // the highest
    std::optional<Ruled<std::uint64_t>> sessions;  // these four of each user in all
    std::optional<Ruled<std::uint64_t>> channel_bytes;
    std::optional<Ruled<std::uint64_t>> jobs;
    std::optional<Ruled<std::uint64_t>> bytes;
    std::optional<Ruled<double>> weight;
    std::optional<Ruled<double>> rate;
};

struct AccessPolicy {
    PolicyRow everyone;  // says everything
    std::map<Uid, PolicyRow> users;
    std::map<Gid, PolicyRow> groups;
};

// What one caller may do.
struct Rights {
    Ruled<std::vector<std::string>> models;
    Ruled<std::set<Verb>> verbs;
    Ruled<Priority> priority;
    Ruled<std::uint64_t> sessions, channel_bytes, jobs, bytes;
    Ruled<double> weight, rate;

    bool submits() const { return !models.value.empty(); }
    bool administers() const { return !verbs.value.empty(); }
    bool may_use(std::string_view model) const;
};

// Key by key: what the user's own table says; else the most that the table of one of the groups
// gives, and of models and verbs all that they give together; else what everyone has.
Rights rights_of(const Caller& caller, const AccessPolicy& policy);

// Which of one's rights is too little.
struct Denial {
    enum class Of { models, verbs, priority } of;
    std::string rule;

    bool operator==(const Denial&) const = default;
};

// The priority that a job gets. One that asks for nothing (`normal`) gets what its caller may have;
// one that asks for more than that is denied.
struct Grant {
    Priority priority = Priority::normal;
    std::optional<Denial> denial;
};
Grant decide_job(const Rights& rights, std::string_view model, Priority asked);
// `model`: empty where the verb is for none.
std::optional<Denial> decide_verb(const Rights& rights, Verb verb, std::string_view model);

}  // namespace samovar::scheduler
