#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/models/scan.hpp"
#include "ipc/wire/model_messages.hpp"
#include "scheduler/types.hpp"

namespace samovar::daemon {

// One version of one model, immutable but for what is counted. Jobs hold it while they run, so the
// version they began with is the one they end with.
struct ModelVersion : Candidate {
    scheduler::ModelId id = 0;
    std::string worker;  // the name of the worker that serves it
    ipc::LoadReport last_load;
    ipc::LoadReport last_wake;     // from being parked; empty `code`: it was loaded since
    std::uint64_t held_bytes = 0;  // of its device while hot, as measured; 0 before the first load
    std::uint64_t load_ns = 0;     // that its worker took to load it, without its start
    std::uint64_t jobs_done = 0, jobs_failed = 0;
    std::uint64_t batches = 0;               // of one job or several
    bool brief = false;                      // its last job took its worker next to no time
    std::uint64_t cache_hits = 0;            // jobs that were answered from the results it keeps
    ipc::KeptResults kept;                   // in its worker
    std::uint32_t batch_rows = 0;            // as the first load found it, where it was to find out
    std::vector<ipc::LoadFact> batch_curve;  // and by what

    bool measured() const { return !last_load.code.empty(); }
    std::uint32_t rows_at_a_time() const {
        return file.batch.spec.measure && batch_rows > 0 ? batch_rows : file.batch.spec.rows;
    }
    ipc::CacheStatus cache() const { return {file.cache_bytes, kept, cache_hits}; }
    // What it takes of its device to be hot: as measured, or before the first load by its files.
    std::uint64_t needs() const { return measured() ? held_bytes : artefact_bytes + cache_bytes(); }
};
using ModelPtr = std::shared_ptr<ModelVersion>;

// The models by name. Loop thread only.
class Registry {
  public:
    // What apply() changed, in the order in which it must be told to the dispatcher.
    struct Change {
        ModelPtr retired;  // or null
        ModelPtr added;    // or null
    };
    struct Outcome {
        std::vector<Change> changes;
        ipc::ReloadReport report;
    };
    // Takes a scan in: new versions replace old ones, broken folders keep what they had, vanished
    // ones are removed. Where the scan has a fault, all stays as it is.
    Outcome apply(Scan scan);

    // The model to run. Errors: `unknown_model`, `bad_model` (its folder is broken and there is no
    // older version), `no_device`.
    Result<ModelPtr> find(const std::string& name) const;

    struct Entry {
        ModelPtr current;     // null where no version was ever good
        std::string problem;  // of the folder as it is now
        std::filesystem::path folder;
    };
    using Entries = std::map<std::string, Entry>;
    const Entries& entries() const { return entries_; }
    // The name and entry that come from this folder; null where none does.
    const Entries::value_type* from_folder(const std::filesystem::path& folder) const;
    // Hashes that current versions hold in the store.
    std::set<std::string> used() const;

  private:
    void remove_all_but(const std::set<std::string>& present, Outcome& outcome);
    void take(Candidate candidate, Outcome& outcome);
    void reject(const Rejected& rejected, Outcome& outcome);
    std::string name_of_folder(const std::filesystem::path& folder) const;

    Entries entries_;
    scheduler::ModelId next_id_ = 1;
};

}  // namespace samovar::daemon
