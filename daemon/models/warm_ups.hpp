#pragma once
// [[warmup]] of model.toml: the jobs that a worker makes up at a load, so that no caller pays for
// what a first call costs.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <samovar/error.hpp>

#include "daemon/models/toml_reader.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::daemon {

// All inputs of one made-up job; more would not fit beside the model.
inline constexpr std::uint64_t kMaxWarmUpBytes = std::uint64_t{1} << 30;

// One [[warmup]], as it stands there.
struct WarmUpEntry {
    struct File {
        std::string name;   // inside the folder
        std::string place;  // "FILE:LINE: KEY", for faults that are found later
    };
    std::string place;
    std::map<std::string, std::uint64_t> sizes;  // of `dims`
    ipc::Fill fill = ipc::Fill::random;
    std::map<std::size_t, File> files;  // by the input's position
};

struct WarmUps {
    bool stated = false;  // [[warmup]] or `warmup = false` stands there; else there is a default
    std::vector<WarmUpEntry> entries;
};

// `inputs`: of mask, too. Throws TomlFault.
WarmUps read_warm_ups(TomlReader& top, const std::vector<ipc::TensorSpec>& inputs);

struct WarmUpFile {
    std::string path;  // in the store
    DType dtype{};
    Shape shape;
    std::uint64_t offset = 0;
};

// The shapes of all inputs: a named size is what `dims` or a file says, else its smallest (for a
// mask that of its network); without anything stated, one job of these. `take` opens a file of the
// folder. Throws TomlFault.
std::vector<ipc::WarmUp> plan_warm_ups(
    const WarmUps& warm_ups, const std::vector<ipc::TensorSpec>& inputs, const ipc::MaskSpec& mask,
    const std::function<Result<WarmUpFile>(const std::string&)>& take);

}  // namespace samovar::daemon
