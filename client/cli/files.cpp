#include "client/cli/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "ipc/os/unique_fd.hpp"
#include "ipc/os/write_all.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;

// What is read at a time from something that does not tell its size.
constexpr std::size_t kChunk = 1u << 20;

Result<void> write_in_place(const std::string& path, std::span<const std::byte> bytes) {
    const ipc::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return io_error("opening " + path, errno);
    return ipc::write_all(fd.get(), path, bytes);
}

// mkstemp makes files for their owner alone; a result is as public as any new file.
mode_t usual_mode() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
}

std::string hidden_name_beside(const fs::path& path) {
    return (path.parent_path() / ("." + path.filename().string() + ".XXXXXX")).string();
}

// By a file that has no name before it is whole, so that nothing is left behind by whatever ends
// the process (Ctrl-C, a closed pipe, SIGKILL). False where the file system has no such files.
Result<bool> write_nameless(const fs::path& path, std::span<const std::byte> bytes) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const ipc::UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
    if (!fd) return false;  // another reason shows again in write_named()
    if (Result<void> written = ipc::write_all(fd.get(), path.string(), bytes); !written)
        return written.error();
    const std::string file = "/proc/self/fd/" + std::to_string(fd.get());
    const auto link = [&](const std::string& name) {
        return ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    if (link(path.string())) return true;
    if (errno != EEXIST) return false;
    // A link replaces nothing, a rename does.
    std::string beside = hidden_name_beside(path);
    const ipc::UniqueFd reserved(::mkostemp(beside.data(), O_CLOEXEC));
    if (!reserved || ::unlink(beside.c_str()) != 0 || !link(beside)) return false;
    if (::rename(beside.c_str(), path.c_str()) == 0) return true;
    const int reason = errno;
    ::unlink(beside.c_str());
    return io_error("writing " + path.string(), reason);
}

Result<void> write_named(const fs::path& path, std::span<const std::byte> bytes) {
    static const mode_t mode = usual_mode();  // umask() is the whole process's: asked once
    std::string beside = hidden_name_beside(path);
    const ipc::UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
    if (!fd) return io_error("writing " + path.string(), errno);
    Result<void> written = ipc::write_all(fd.get(), path.string(), bytes);
    if (written && (::fchmod(fd.get(), mode) != 0 || ::rename(beside.c_str(), path.c_str()) != 0))
        written = io_error("writing " + path.string(), errno);
    if (!written) ::unlink(beside.c_str());
    return written;
}

Result<void> write_beside(const fs::path& path, std::span<const std::byte> bytes) {
    const Result<bool> written = write_nameless(path, bytes);
    if (!written) return written.error();
    if (*written) return {};
    return write_named(path, bytes);
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t most) {
    const bool standard = path == "-";
    const ipc::UniqueFd opened(standard ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!standard && !opened) return io_error("opening " + path, errno);
    const int fd = standard ? STDIN_FILENO : opened.get();
    struct stat about {};
    if (::fstat(fd, &about) != 0) return io_error("reading " + path, errno);
    if (S_ISDIR(about.st_mode))
        return Error{Errc::io, path + " is a folder", "name the files in it: " + path + "/*", 0, 0};

    std::vector<std::byte> bytes;
    std::size_t length = 0;
    while (true) {
        if (length > most)
            return Error{Errc::io,
                         path + " has more than " + std::to_string(most) +
                             " bytes, the most that one tensor may have",
                         "", 0, 0};
        const auto told = static_cast<std::size_t>(std::max<off_t>(about.st_size, 0));
        // One byte more than the file should have, so that its end is seen by the next read.
        bytes.resize(std::min<std::size_t>(std::max(length + kChunk, told + 1), most + 1));
        const ssize_t got = ::read(fd, bytes.data() + length, bytes.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error("reading " + path, errno);
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    bytes.resize(length);
    return bytes;
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
    struct stat about {};
    const bool exists = ::stat(path.c_str(), &about) == 0;
    if (exists && S_ISDIR(about.st_mode))
        return Error{Errc::io, path + " is a folder", "name a file, or another folder", 0, 0};
    if (exists && !S_ISREG(about.st_mode)) return write_in_place(path, bytes);
    // A link stays a link: what it leads to is replaced.
    std::error_code fault;
    const fs::path real = exists ? fs::canonical(path, fault) : fs::path(path);
    return write_beside(fault ? fs::path(path) : real, bytes);
}

std::optional<FileId> file_id(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return std::nullopt;
    return FileId{about.st_dev, about.st_ino};
}

}  // namespace samovar::cli
