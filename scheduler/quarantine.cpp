#include "scheduler/quarantine.hpp"

#include <algorithm>

namespace samovar::scheduler {

void Quarantine::add(ModelId model, std::uint32_t uid, const Digest& digest, Time now) {
    const auto same_user = [&](const Entry& e) { return e.model == model && e.uid == uid; };
    std::erase_if(entries_, [&](const Entry& e) {
        return e.until <= now || (same_user(e) && e.digest == digest);
    });
    if (std::count_if(entries_.begin(), entries_.end(), same_user) >=
        static_cast<std::ptrdiff_t>(kMostPerUser))
        entries_.erase(std::find_if(entries_.begin(), entries_.end(), same_user));
    entries_.push_back({model, uid, digest, now + kTerm});
}

std::vector<Quarantine::Digest> Quarantine::of(ModelId model, std::uint32_t uid, Time now) {
    if (entries_.empty()) return {};
    std::erase_if(entries_, [&](const Entry& e) { return e.until <= now; });
    std::vector<Digest> found;
    for (const Entry& e : entries_)
        if (e.model == model && e.uid == uid) found.push_back(e.digest);
    return found;
}

}  // namespace samovar::scheduler
