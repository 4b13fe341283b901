#include "daemon/models/registry.hpp"

#include <algorithm>

namespace samovar::daemon {
namespace {

std::string shortened(std::string text, std::size_t limit) {
    if (text.size() > limit) text.replace(limit - 3, text.npos, "...");
    return text;
}

}  // namespace

Registry::Outcome Registry::apply(Scan scan) {
    Outcome outcome;
    if (!scan.fault.empty()) {
        outcome.report.entries.push_back({"", "rejected", shortened(scan.fault, kMaxProblemBytes)});
        return outcome;
    }
    std::set<std::string> present;
    for (const Candidate& candidate : scan.candidates)
        present.insert(candidate.file.name);
    // A broken folder still claims the name that it had, but never one that another folder has.
    for (const Rejected& rejected : scan.rejected)
        if (const auto entry = entries_.find(name_of_folder(rejected.folder));
            entry != entries_.end() && entry->second.folder == rejected.folder)
            present.insert(entry->first);
    remove_all_but(present, outcome);
    for (const Rejected& rejected : scan.rejected)
        reject(rejected, outcome);
    for (Candidate& candidate : scan.candidates)
        take(std::move(candidate), outcome);
    auto& entries = outcome.report.entries;
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.model < b.model; });
    // So that the report fits its message.
    if (entries.size() > 2 * kMaxModels) entries.resize(2 * kMaxModels);
    return outcome;
}

void Registry::remove_all_but(const std::set<std::string>& present, Outcome& outcome) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (present.contains(entry->first)) {
            ++entry;
            continue;
        }
        if (entry->second.current) outcome.changes.push_back({entry->second.current, nullptr});
        outcome.report.entries.push_back({entry->first, "removed", ""});
        entry = entries_.erase(entry);
    }
}

void Registry::take(Candidate candidate, Outcome& outcome) {
    Entry& entry = entries_[candidate.file.name];
    entry.problem.clear();
    entry.folder = candidate.folder;
    const bool first = !entry.current;
    if (!first && entry.current->version == candidate.version &&
        entry.current->device == candidate.device && entry.current->folder == candidate.folder) {
        outcome.report.entries.push_back({candidate.file.name, "unchanged", ""});
        return;
    }
    auto version = std::make_shared<ModelVersion>();
    static_cast<Candidate&>(*version) = std::move(candidate);
    version->id = next_id_++;
    version->worker = version->device;
    if (version->file.own_worker) version->worker += "/" + version->file.name;
    outcome.report.entries.push_back({version->file.name, first ? "added" : "changed", ""});
    outcome.changes.push_back({entry.current, version});
    entry.current = std::move(version);
}

void Registry::reject(const Rejected& rejected, Outcome& outcome) {
    const std::string name = name_of_folder(rejected.folder);
    const std::string problem = shortened(rejected.problem, kMaxProblemBytes);
    outcome.report.entries.push_back({name, "rejected", problem});
    Entry& entry = entries_[name];
    // A folder that claims another's name must not hide the model that has it.
    if (entry.current && entry.current->folder != rejected.folder) return;
    entry.problem = problem;
    entry.folder = rejected.folder;
}

const Registry::Entries::value_type* Registry::from_folder(
    const std::filesystem::path& folder) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
        return entry.second.folder == folder;
    });
    return found == entries_.end() ? nullptr : &*found;
}

// The model that came from this folder before, else the folder's name.
std::string Registry::name_of_folder(const std::filesystem::path& folder) const {
    if (const auto* entry = from_folder(folder)) return entry->first;
    return shortened(folder.filename().string(), kMaxNameBytes);
}

Result<ModelPtr> Registry::find(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end())
        return Error{Errc::unknown_model, "there is no model \"" + name + "\"",
                     entries_.empty() ? "no model is configured: `samovar add FOLDER` brings one"
                                      : "`samovar models` lists those there are",
                     0, 0};
    if (!found->second.current)
        return Error{Errc::bad_model,
                     "model \"" + name + "\" cannot be used: " + found->second.problem,
                     "mend it, then `samovar reload`", 0, 0};
    if (found->second.current->unusable.code != Errc::ok) return found->second.current->unusable;
    return found->second.current;
}

std::set<std::string> Registry::used() const {
    std::set<std::string> hashes;
    for (const auto& [name, entry] : entries_)
        if (entry.current)
            hashes.insert(entry.current->hashes.begin(), entry.current->hashes.end());
    return hashes;
}

}  // namespace samovar::daemon
