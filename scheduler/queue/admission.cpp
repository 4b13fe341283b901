#include "scheduler/queue/admission.hpp"

namespace samovar::scheduler {
namespace {

std::optional<Overload> beyond(const Load& limit, const Load& held, std::uint64_t bytes,
                               Overload::Of of) {
    if (held.jobs >= limit.jobs) return Overload{of, Overload::In::jobs, limit.jobs};
    if (bytes > limit.bytes || held.bytes > limit.bytes - bytes)
        return Overload{of, Overload::In::bytes, limit.bytes};
    return std::nullopt;
}

template <class Key>
Load held_by(const std::map<Key, Load>& loads, const Key& key) {
    const auto found = loads.find(key);
    return found == loads.end() ? Load{} : found->second;
}

void add(Load& load, std::uint64_t bytes) {
    ++load.jobs;
    load.bytes += bytes;
}

template <class Key>
void take_away(std::map<Key, Load>& loads, const Key& key, std::uint64_t bytes) {
    const auto found = loads.find(key);
    --found->second.jobs;
    found->second.bytes -= bytes;
    if (found->second.jobs == 0) loads.erase(found);
}

}  // namespace

std::optional<Overload> Admission::enter(const Submitter& submitter, std::uint64_t bytes,
                                         const Load& of_user, ModelId model, const Load& of_model) {
    using Of = Overload::Of;
    if (auto over =
            beyond(limits_.session, held_by(sessions_, submitter.session), bytes, Of::session))
        return over;
    if (auto over = beyond(of_user, of(submitter.uid), bytes, Of::user)) return over;
    if (auto over = beyond(of_model, held_by(models_, model), bytes, Of::model)) return over;
    if (auto over = beyond(limits_.all, all_, bytes, Of::all)) return over;
    add(sessions_[submitter.session], bytes);
    add(users_[submitter.uid], bytes);
    add(models_[model], bytes);
    add(all_, bytes);
    return std::nullopt;
}

void Admission::leave(const Submitter& submitter, std::uint64_t bytes, ModelId model) {
    take_away(sessions_, submitter.session, bytes);
    take_away(models_, model, bytes);
    take_away(users_, submitter.uid, bytes);
    --all_.jobs;
    all_.bytes -= bytes;
}

Load Admission::of(Uid uid) const {
    return held_by(users_, uid);
}

Load Admission::of_session(SessionId session) const {
    return held_by(sessions_, session);
}

}  // namespace samovar::scheduler
