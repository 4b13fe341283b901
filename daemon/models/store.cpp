#include "daemon/models/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "daemon/models/sha256.hpp"
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

bool is_hex(const std::string& text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Error missing(const fs::path& source, int fault) {
    return {Errc::bad_model, source.string() + ": " + std::generic_category().message(fault),
            "the model's folder must hold every file that its model.toml names", 0, 0};
}

// Of what the store has already.
Result<std::string> sha256_of(const fs::path& source) {
    const ipc::UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return missing(source, errno);
    Sha256 sum;
    std::vector<std::byte> chunk(kChunk);
    while (true) {
        const ssize_t count = ::read(in.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return missing(source, errno);
        if (count == 0) return sum.finish();
        sum.add(std::span(chunk).first(static_cast<std::size_t>(count)));
    }
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
    if (set_lock(lock.get(), F_WRLCK))
        fs::remove_all(rooms_in(folder), fault);
    else
        set_lock(lock.get(), F_RDLCK, F_OFD_SETLKW);
    Store store(folder, std::move(lock));
    store.load_index();
    return store;
}

fs::path Store::rooms_in(const fs::path& folder) {
    return folder / "rooms";
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

Result<std::string> Store::hash_of(const fs::path& source, const std::string& sha256) {
    const Result<Sums> sums = sums_of(source, !sha256.empty());
    if (!sums) return sums.error();
    if (!sha256.empty() && sums->sha256 != sha256)
        return Error{Errc::bad_model,
                     source.string() + ": its SHA-256 is " + sums->sha256 +
                         ", where model.toml says " + sha256,
                     "copy the file again from where it came; if it is meant to be another, change "
                     "[sha256]",
                     0, 0};
    return sums->hash;
}

Result<Store::Sums> Store::sums_of(const fs::path& source, bool with_sha256) {
    const Result<Stamp> stamp = stamp_of(source);
    if (!stamp) return stamp.error();
    Sums sums;
    if (const auto known = index_.find(*stamp);
        known != index_.end() && holds(known->second.hash, (*stamp)[2])) {
        sums = known->second;
        if (!with_sha256 || !sums.sha256.empty()) return sums;
        Result<std::string> sha256 = sha256_of(source);
        if (!sha256) return sha256.error();
        sums.sha256 = std::move(*sha256);
    } else {
        Result<Sums> read = copy_in(source, with_sha256);
        if (!read) return read;
        sums = std::move(*read);
    }
    // What changed while it was read is read again the next time.
    if (const Result<Stamp> after = stamp_of(source); !after || *after != *stamp) return sums;
    if (index_.size() >= kMaxIndexEntries) index_.clear();
    index_[*stamp] = sums;
    index_changed_ = true;
    return sums;
}

// Hashes and copies in one pass.
Result<Store::Sums> Store::copy_in(const fs::path& source, bool with_sha256) {
    const ipc::UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return missing(source, errno);
    ::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    const fs::path target = temporary(folder_ / "blobs");
    ipc::UniqueFd out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!out) return io_error("writing " + target.string(), errno);

    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                         &XXH3_freeState);
    XXH3_128bits_reset(state.get());
    Sha256 sha256;
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
        const auto bytes = std::as_bytes(std::span(chunk.data(), static_cast<std::size_t>(count)));
        if (with_sha256) sha256.add(bytes);
        if (auto written = ipc::write_all(out.get(), target.native(), bytes); !written) {
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
    return Sums{hash, with_sha256 ? sha256.finish() : ""};
}

Result<Store::Taken> Store::take_file(const fs::path& source, const std::string& sha256) {
    Result<std::string> hash = hash_of(source, sha256);
    if (!hash) return hash.error();
    fs::path path = folder_ / "blobs" / *hash;
    if (!fs::exists(path)) {
        // The index knew it as a package; now it is wanted as a file.
        const Result<Sums> again = copy_in(source, false);
        if (!again) return again.error();
        hash = again->hash;
        path = folder_ / "blobs" / *hash;
    }
    return Taken{*hash, path};
}

Result<Store::Taken> Store::take_package(const fs::path& source, const std::string& sha256) {
    const Result<std::string> hash = hash_of(source, sha256);
    if (!hash) return hash.error();
    const fs::path path = folder_ / "unpacked" / *hash;
    const fs::path blob = folder_ / "blobs" / *hash;
    if (fs::exists(path)) return Taken{*hash, code_in(path)};

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
    return Taken{*hash, code_in(path)};
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
    for (std::string line; std::getline(in, line) && index_.size() < kMaxIndexEntries;) {
        std::istringstream words(line);
        Stamp stamp{};
        Sums sums;
        words >> stamp[0] >> stamp[1] >> stamp[2] >> stamp[3] >> stamp[4] >> sums.hash;
        if (!words || !is_hex(sums.hash, 32)) break;
        if (words >> sums.sha256 && !is_hex(sums.sha256, 64)) break;
        index_[stamp] = std::move(sums);
    }
}

void Store::save_index() {
    if (!index_changed_) return;
    const fs::path target = temporary(folder_);
    std::ofstream out(target);
    for (const auto& [stamp, sums] : index_)
        out << stamp[0] << ' ' << stamp[1] << ' ' << stamp[2] << ' ' << stamp[3] << ' ' << stamp[4]
            << ' ' << sums.hash << (sums.sha256.empty() ? "" : " ") << sums.sha256 << '\n';
    out.close();
    // Where the disk is full, the next reload tries again.
    index_changed_ = !out || ::rename(target.c_str(), (folder_ / "index").c_str()) != 0;
    if (index_changed_) ::unlink(target.c_str());
}

}  // namespace samovar::daemon
