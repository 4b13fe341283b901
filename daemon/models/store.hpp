#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// The daemon's own copies of artefacts, by content: `blobs/HASH` is a file, `unpacked/HASH` the
// folder of a .pt2. Nobody rewrites what lies here, so a worker can map it without fear of a SIGBUS
// and a model folder can be changed while its old version still runs.
//
// Taking a file in reads all of it once; the index remembers which file (device, inode, size,
// times) had which hash, so that the next start reads nothing. Several daemons may share a store:
// each holds a shared lock, and only one that is alone may collect what nobody uses.
//
// Blocks on disk: take() and collect() are for a helper thread, one at a time.
class Store {
  public:
    // Makes the folders. Errors: `io`.
    static Result<Store> open(const std::filesystem::path& folder);
    // Where workers get folders of their own, in the same file system, so that they can be links.
    // What daemons left there that were killed goes when one opens the store that is alone.
    static std::filesystem::path rooms_in(const std::filesystem::path& folder);

    struct Taken {
        std::string hash;            // 32 hexadecimal digits of XXH3-128
        std::filesystem::path path;  // in the store: the file, or the folder of the code
    };
    // `sha256`: what the bytes that are taken in must have, or empty. Errors: `bad_model` (missing,
    // unreadable, no package, another sum), `io`.
    Result<Taken> take_file(const std::filesystem::path& source, const std::string& sha256 = "");
    Result<Taken> take_package(const std::filesystem::path& source, const std::string& sha256 = "");

    // Removes everything whose hash is not in `used`, if no other daemon shares the store.
    void collect(const std::set<std::string>& used);
    // Writes the index if it changed. A failure costs the next start some reading and is no error.
    void save_index();

  private:
    // What tells two states of a file apart without reading it.
    using Stamp = std::array<std::uint64_t, 5>;

    Store(std::filesystem::path folder, ipc::UniqueFd lock);
    static Result<Stamp> stamp_of(const std::filesystem::path& source);
    bool holds(const std::string& hash, std::uint64_t bytes) const;
    // Both sums of a file that was read; the second only where somebody asked for it, as it takes
    // several times as long.
    struct Sums {
        std::string hash, sha256;
    };
    Result<std::string> hash_of(const std::filesystem::path& source, const std::string& sha256);
    Result<Sums> sums_of(const std::filesystem::path& source, bool with_sha256);
    Result<Sums> copy_in(const std::filesystem::path& source, bool with_sha256);
    void load_index();

    std::filesystem::path folder_;
    ipc::UniqueFd lock_;
    std::map<Stamp, Sums> index_;
    bool index_changed_ = false;
};

}  // namespace samovar::daemon
