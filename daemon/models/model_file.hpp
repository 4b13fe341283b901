#pragma once
// model.toml, as docs/models.md describes it.

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/models/batch_rules.hpp"
#include "daemon/models/text_table.hpp"
#include "daemon/models/toml_reader.hpp"
#include "daemon/models/warm_ups.hpp"
#include "daemon/queue_options.hpp"
#include "ipc/wire/worker_messages.hpp"
#include "scheduler/residency/rules.hpp"

namespace samovar::daemon {

// One [[code]] of a model folder.
struct CodeEntry {
    std::string file;  // inside the folder
    ipc::CodeFormat format{};
    std::string device;   // "any", "cpu", "cuda"
    std::string weights;  // inside the folder, or empty
};

struct ModelFile {
    std::string name, description;
    ipc::Task task{};
    std::string device;  // "auto", "cpu", "cuda", "cuda:N"
    bool own_worker = false;
    std::chrono::milliseconds max_run{};
    std::uint32_t threads = 0;
    ipc::LoadOptions options;
    std::vector<CodeEntry> codes;
    std::vector<ipc::TensorSpec> inputs, outputs;  // of any task: what its jobs bring and get
    ipc::MaskSpec mask;
    TextTable text;
    BatchRules batch;
    ModelBounds bounds;
    std::uint64_t cache_bytes = 0;  // of results that it keeps; 0: none
    WarmUps warm_ups;
    std::map<std::string, std::string> sha256;  // of files of the folder, in small letters
    scheduler::ResidencyRules residency;
    std::string pinned_at;  // "FILE:LINE: residency.pinned", where it is
};

// Largest model.toml; a hand-written one is a hundred times smaller.
inline constexpr std::size_t kMaxModelFileBytes = 256u << 10;

// The files of the folder that it names, each once: code, weights, vocabulary, warm-ups.
std::set<std::string> files_of(const ModelFile& model);

// Parses the text of `file`; `folder_name` is the name where the text gives none. Throws TomlFault.
ModelFile parse_model_file(std::string_view text, const std::string& file,
                           const std::string& folder_name);

// [a-z0-9][a-z0-9._-]{0,63}
bool is_model_name(std::string_view name) noexcept;

}  // namespace samovar::daemon
