#include "daemon/models/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <memory>
#include <span>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "daemon/models/unpack.hpp"
#include "ipc/os/write_all.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

// A huge page: what one write() brings, the page cache keeps in one piece, where the file system
// can, and a worker maps it with one entry in place of 512 (for 268 MB 0.2 ms in place of 13).
constexpr std::size_t kChunk = 2u << 20;
constexpr std::size_t kMaxIndexEntries = 65536;

// An open-file-description lock: unlike flock(2), it turns from exclusive to shared without a gap.
bool set_lock(int fd, short type, int command = F_OFD_SETLK) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return ::fcntl(fd, command, &lock) == 0;
}

std::string hex(const XXH128_hash_t& hash) {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return text;
}

Error missing(const fs::path& source, int fault) {
    return {Errc::bad_model, source.string() + ": " + std::generic_category().message(fault),
            "the model's folder must hold every file that its model.toml names", 0, 0};
}

// Folders get a unique name first and their own name when they are whole.
fs::path temporary(const fs::path& folder) {
    static std::atomic<unsigned> count = 0;
    return folder / (".new-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
}

}  // namespace

Store::Store(fs::path folder, ipc::UniqueFd lock)
    : folder_(std::move(folder)), lock_(std::move(lock)) {}

Result<Store> Store::open(const fs::path& folder) {
    std::error_code fault;
    fs::create_directories(folder / "blobs", fault);
    if (!fault) fs::create_directories(folder / "unpacked", fault);
    if (fault)
        return Error{Errc::io, "store " + folder.string() + ": " + fault.message(),
                     "name a folder that can be written with --store", 0, 0};
    ipc::UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return io_error("store " + folder.string() + "/lock", errno);
    // Exclusive while nobody else is here; collect() turns it into a shared one, which another
    // daemon that starts at the same moment waits for.
    if (!set_lock(lock.get(), F_WRLCK)) set_lock(lock.get(), F_RDLCK, F_OFD_SETLKW);
    Store store(folder, std::move(lock));
    store.load_index();
    return store;
}

Result<Store::Stamp> Store::stamp_of(const fs::path& source) {
    struct stat info {};
    if (::stat(source.c_str(), &info) != 0) return missing(source, errno);
    if (!S_ISREG(info.st_mode))
        return Error{Errc::bad_model, source.string() + ": is not a regular file", "", 0, 0};
    const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
    return Stamp{number(info.st_dev), number(info.st_ino), number(info.st_size),
                 number(info.st_mtim.tv_sec) * 1'000'000'000u + number(info.st_mtim.tv_nsec),
                 number(info.st_ctim.tv_sec) * 1'000'000'000u + number(info.st_ctim.tv_nsec)};
}

// A power cut can leave a file shorter than it was written.
bool Store::holds(const std::string& hash, std::uint64_t bytes) const {
    std::error_code fault;
    return fs::file_size(folder_ / "blobs" / hash, fault) == bytes ||
           fs::exists(folder_ / "unpacked" / hash, fault);
}

Result<std::string> Store::hash_of(const fs::path& source) {
    const Result<Stamp> stamp = stamp_of(source);
    if (!stamp) return stamp.error();
    if (const auto known = index_.find(*stamp); known != index_.end())
        if (holds(known->second, (*stamp)[2])) return known->second;
    Result<std::string> hash = copy_in(source);
    if (!hash) return hash;
    // What changed while it was read is read again the next time.
    if (const Result<Stamp> after = stamp_of(source); !after || *after != *stamp) return hash;
    if (index_.size() >= kMaxIndexEntries) index_.clear();
    index_[*stamp] = *hash;
    index_changed_ = true;
    return hash;
}

// Hashes and copies in one pass.
Result<std::string> Store::copy_in(const fs::path& source) {
    const ipc::UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return missing(source, errno);
    ::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    const fs::path target = temporary(folder_ / "blobs");
    ipc::UniqueFd out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!out) return io_error("writing " + target.string(), errno);

    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                         &XXH3_freeState);
    XXH3_128bits_reset(state.get());
    std::vector<char> chunk(kChunk);
    while (true) {
        const ssize_t count = ::read(in.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const Error fault = missing(source, errno);
            ::unlink(target.c_str());
            return fault;
        }
        if (count == 0) break;
        XXH3_128bits_update(state.get(), chunk.data(), static_cast<std::size_t>(count));
        if (auto written = ipc::write_all(
                out.get(), target.native(),
                std::as_bytes(std::span(chunk.data(), static_cast<std::size_t>(count))));
            !written) {
            ::unlink(target.c_str());
            return written.error();
        }
    }
    const std::string hash = hex(XXH3_128bits_digest(state.get()));
    if (::rename(target.c_str(), (folder_ / "blobs" / hash).c_str()) != 0) {
        const Error fault = io_error("naming " + target.string(), errno);
        ::unlink(target.c_str());
        return fault;
    }
    return hash;
}

Result<Store::Taken> Store::take_file(const fs::path& source) {
    Result<std::string> hash = hash_of(source);
    if (!hash) return hash.error();
    fs::path path = folder_ / "blobs" / *hash;
    if (!fs::exists(path)) {
        // The index knew it as a package; now it is wanted as a file.
        hash = copy_in(source);
        if (!hash) return hash.error();
        path = folder_ / "blobs" / *hash;
    }
    return Taken{*hash, path};
}

Result<Store::Taken> Store::take_package(const fs::path& source) {
    const Result<std::string> hash = hash_of(source);
    if (!hash) return hash.error();
    const fs::path path = folder_ / "unpacked" / *hash;
    const fs::path blob = folder_ / "blobs" / *hash;
    if (fs::exists(path)) return Taken{*hash, path};

    const fs::path target = temporary(folder_ / "unpacked");
    std::error_code fault;
    fs::create_directories(target, fault);
    if (fault) return Error{Errc::io, target.string() + ": " + fault.message(), "", 0, 0};
    Result<void> unpacked = unpack_package(blob, target);
    if (unpacked && ::rename(target.c_str(), path.c_str()) != 0)
        unpacked = io_error("naming " + target.string(), errno);
    // A daemon that shares the store may have been quicker, and have taken the blob away.
    if (!unpacked && fs::exists(path, fault)) unpacked = Result<void>();
    fs::remove_all(target, fault);
    fs::remove(blob, fault);  // what it holds is unpacked now
    if (!unpacked) {
        Error error = unpacked.error();
        if (error.code == Errc::bad_model)
            error.message = source.string() + error.message.substr(error.message.find(": "));
        return error;
    }
    return Taken{*hash, path};
}

void Store::collect(const std::set<std::string>& used) {
    const bool alone = set_lock(lock_.get(), F_WRLCK);
    if (alone) {
        for (const char* kind : {"blobs", "unpacked"}) {
            std::error_code end, ignored;
            for (fs::directory_iterator entry(folder_ / kind, end);
                 !end && entry != fs::directory_iterator(); entry.increment(end))
                if (!used.contains(entry->path().filename().string()))
                    fs::remove_all(entry->path(), ignored);
        }
    }
    set_lock(lock_.get(), F_RDLCK);
}

void Store::load_index() {
    std::ifstream in(folder_ / "index");
    Stamp stamp{};
    std::string hash;
    while (in >> stamp[0] >> stamp[1] >> stamp[2] >> stamp[3] >> stamp[4] >> hash) {
        if (hash.size() != 32 || hash.find_first_not_of("0123456789abcdef") != hash.npos) break;
        index_[stamp] = hash;
        if (index_.size() >= kMaxIndexEntries) break;
    }
}

void Store::save_index() {
    if (!std::exchange(index_changed_, false)) return;
    const fs::path target = temporary(folder_);
    std::ofstream out(target);
    for (const auto& [stamp, hash] : index_)
        out << stamp[0] << ' ' << stamp[1] << ' ' << stamp[2] << ' ' << stamp[3] << ' ' << stamp[4]
            << ' ' << hash << '\n';
    out.close();
    if (!out || ::rename(target.c_str(), (folder_ / "index").c_str()) != 0)
        ::unlink(target.c_str());
}

}  // namespace samovar::daemon
