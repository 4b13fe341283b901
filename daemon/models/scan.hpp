#pragma once
// Reads the models directory: every folder becomes a candidate or a problem. Touches nothing that
// the event loop owns, so it can run on the helper thread.

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/models/model_file.hpp"
#include "daemon/models/store.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// What this machine and this installation can run models on.
struct Devices {
    std::size_t cuda_devices = 0;  // 0 also where samovar-worker-cuda is not installed
    std::string cuda_problem;      // why there are none
};

// A model folder that was read and whose files are in the store.
struct Candidate {
    ModelFile file;
    std::filesystem::path folder;
    std::string version;  // 16 hexadecimal digits: of model.toml and all artefacts
    std::string device;   // resolved: "cpu", "cuda:0"
    ipc::CodeSpec code;
    std::string vocabulary;  // of tasks of texts, in the store
    std::vector<ipc::WarmUp> warm_ups;
    Error unusable;                    // code != ok: valid, but this machine cannot run it
    std::vector<std::string> hashes;   // what it holds in the store
    std::uint64_t artefact_bytes = 0;  // of the chosen code's file and weights

    // Of its device, by results that it keeps once there are enough.
    std::uint64_t cache_bytes() const { return device == "cpu" ? file.cache_bytes : 0; }
};

// What a worker is told to load it, under a number.
ipc::WorkerLoad load_message(const Candidate& candidate, std::uint32_t number);

struct Rejected {
    std::filesystem::path folder;
    std::string problem;  // "FILE:LINE: KEY: why"
};

struct Scan {
    std::vector<Candidate> candidates;  // by folder name
    std::vector<Rejected> rejected;
    bool missing = false;  // there is no such directory
    std::string fault;     // not empty: the directory cannot be read, so that nothing is known
};

// Whether folders and files that anybody on the machine may write are refused: what lies there is
// code that would run as the daemon's user.
enum class Writers { anybody, owners };

// A missing directory is an empty one, as far as candidates go. Does not throw, but where memory
// ends.
Scan scan_models(const std::filesystem::path& directory, Store& store, const Devices& devices,
                 Writers writers = Writers::anybody);

// The folders of the directory that would be read as models, by name. Errors: `unknown_model` where
// there is no such directory, `io` where it cannot be read.
Result<std::vector<std::filesystem::path>> model_folders(const std::filesystem::path& directory);

}  // namespace samovar::daemon
