#include "daemon/policy/denials.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Denial;
using scheduler::Rights;

constexpr std::size_t kFewPatterns = 8;

std::string in_words(const std::vector<std::string>& patterns) {
    std::string text;
    for (std::size_t i = 0; i < patterns.size() && i < kFewPatterns; ++i)
        text += (i == 0 ? "" : ", ") + patterns[i];
    return text + (patterns.size() > kFewPatterns ? ", ..." : "");
}

std::string in_words(const std::set<scheduler::Verb>& verbs) {
    std::string text;
    for (const scheduler::Verb verb : verbs)
        text += (text.empty() ? "" : ", ") + std::string(to_string(verb));
    return text;
}

Error not_permitted(scheduler::Uid uid, const std::string& what, const std::string& why,
                    std::string hint) {
    return {Errc::not_permitted, "user " + std::to_string(uid) + " may not " + what + ": " + why,
            std::move(hint), 0, 0};
}

}  // namespace

Error denied(const Denial& denial, scheduler::Uid uid, const std::string& what,
             const Rights& rights, const PolicyFile& policy) {
    switch (denial.of) {
        case Denial::Of::models:
            if (!rights.submits())
                return not_permitted(uid, what, "no models are allowed by " + denial.rule,
                                     policy.way_in);
            return not_permitted(uid, what,
                                 "only " + in_words(rights.models.value) + " by " + denial.rule,
                                 "ask for one of those, or have " + policy.administrators +
                                     " change that rule and then `samovar reload`");
        case Denial::Of::priority:
            return not_permitted(
                uid, what,
                "at most " + std::string(to_string(rights.priority.value)) + " by " + denial.rule,
                "ask for no more than that, or for nothing");
        case Denial::Of::verbs: break;
    }
    return not_permitted(uid, what,
                         (rights.administers() ? "only " + in_words(rights.verbs.value)
                                               : std::string("nothing of the kind is allowed")) +
                             " by " + denial.rule,
                         "ask " + policy.administrators);
}

std::optional<Error> not_seen(const Rights& rights, scheduler::Uid uid, const std::string& model,
                              const PolicyFile& policy) {
    if (rights.may_use(model)) return std::nullopt;
    return denied({Denial::Of::models, rights.models.rule}, uid, "use model \"" + model + "\"",
                  rights, policy);
}

std::optional<Error> without_rights(const Rights& rights, scheduler::Uid uid,
                                    const PolicyFile& policy) {
    if (rights.submits() || rights.administers()) return std::nullopt;
    return denied({Denial::Of::models, rights.models.rule}, uid, "use this daemon", rights, policy);
}

}  // namespace samovar::daemon
