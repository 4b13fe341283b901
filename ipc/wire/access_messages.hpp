#pragma once
// The messages about who may do what, protocol version 1.

#include "ipc/wire/messages.hpp"

namespace samovar::ipc {

using WhoAmI = Empty<MessageType::who_am_i>;  // answer: Identity

// Patterns of models, or names of verbs, and the rule that gives them: "samovard.toml:14:
// policy.group.students.models".
struct AllowedNames {
    struct Name {
        std::string text;
        friend bool operator==(const Name&, const Name&) = default;
    };
    std::vector<Name> names;
    std::string rule;
};
template <class Archive>
void serialize(Archive& ar, AllowedNames::Name& m) {
    ar(bounded(m.text, kMaxNameBytes));
}
template <class Archive>
void serialize(Archive& ar, AllowedNames& m) {
    ar(bounded(m.names, kMaxListedPatterns), bounded(m.rule, kMaxRuleBytes));
}

// The most that one may have of something, and how much of it is in use.
struct AllowedAmount {
    static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
    std::uint64_t limit = kNoLimit;
    std::uint64_t used = 0;
    std::string rule;
};
template <class Archive>
void serialize(Archive& ar, AllowedAmount& m) {
    ar(m.limit, m.used, bounded(m.rule, kMaxRuleBytes));
}

struct Identity {
    static constexpr MessageType kType = MessageType::identity;
    std::uint32_t uid = 0;
    std::vector<std::uint32_t> groups;  // as many as kMaxListedGroups
    AllowedNames models, verbs;
    Priority priority{};  // the highest
    std::string priority_rule;
    AllowedAmount sessions, channel_bytes, jobs, bytes;  // of the user, in all sessions
    AllowedAmount session_jobs, session_bytes;
    AllowedAmount weight, rate;  // in thousandths: 1000 is the usual share, and one job a second
};
template <class Archive>
void serialize(Archive& ar, Identity& m) {
    ar(m.uid, bounded(m.groups, kMaxListedGroups), m.models, m.verbs, as_integer(m.priority),
       bounded(m.priority_rule, kMaxRuleBytes), m.sessions, m.channel_bytes, m.jobs, m.bytes,
       m.session_jobs, m.session_bytes, m.weight, m.rate);
}

}  // namespace samovar::ipc
