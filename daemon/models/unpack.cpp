#include "daemon/models/unpack.hpp"

#include <fcntl.h>
#include <minizip/unzip.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

// Where PyTorch 2.11 puts what it compiled; beside it lie constants and what the package says of
// itself, which nobody reads here.
constexpr const char* kUsualPlace = "model/data/aotinductor/model";
constexpr std::size_t kUnzippedAtOnce = 1u << 20;
constexpr std::size_t kMaxEntryName = 512;

struct CloseZip {
    void operator()(void* zip) const noexcept { unzClose(zip); }
};

Error broken(const fs::path& package, const std::string& what) {
    return {Errc::bad_model, package.filename().string() + ": " + what,
            "export the model again, and see that the file was copied whole", 0, 0};
}

// A relative path that stays inside: no empty, "." or ".." component.
bool stays_inside(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find('\0') != name.npos) return false;
    for (const fs::path& part : fs::path(name))
        if (part == ".." || part == "." || part == "/") return false;
    return true;
}

Result<void> write_entry(unzFile zip, const fs::path& package, const fs::path& target,
                         std::uint64_t size, std::vector<char>& chunk) {
    std::error_code fault;
    fs::create_directories(target.parent_path(), fault);
    // Another entry may be a file where this one wants a folder.
    if (fault) return broken(package, "an entry cannot be placed: " + fault.message());
    const mode_t mode = target.extension() == ".so" ? 0555 : 0444;
    ipc::UniqueFd out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!out) return io_error(target.string(), errno);
    if (unzOpenCurrentFile(zip) != UNZ_OK) return broken(package, "an entry cannot be opened");
    std::uint64_t left = size;
    while (true) {
        const int count =
            unzReadCurrentFile(zip, chunk.data(), static_cast<unsigned>(chunk.size()));
        if (count < 0) return broken(package, "an entry cannot be read");
        if (count == 0) break;
        if (static_cast<std::uint64_t>(count) > left)
            return broken(package, "an entry is longer than it says");
        left -= static_cast<std::uint64_t>(count);
        for (ssize_t done = 0; done < count;) {
            const ssize_t n =
                ::write(out.get(), chunk.data() + done, static_cast<std::size_t>(count - done));
            if (n < 0 && errno != EINTR) return io_error(target.string(), errno);
            if (n > 0) done += n;
        }
    }
    if (unzCloseCurrentFile(zip) != UNZ_OK || left != 0)
        return broken(package, "an entry's checksum or length is wrong");
    return {};
}

}  // namespace

Result<void> unpack_package(const fs::path& package, const fs::path& into) {
    const std::unique_ptr<void, CloseZip> zip(unzOpen64(package.c_str()));
    if (!zip) return broken(package, "is no .pt2 package (not a zip file)");
    std::vector<char> chunk(kUnzippedAtOnce);
    std::uint64_t total = 0;
    std::size_t files = 0;
    for (int at = unzGoToFirstFile(zip.get()); at != UNZ_END_OF_LIST_OF_FILE;
         at = unzGoToNextFile(zip.get())) {
        if (at != UNZ_OK) return broken(package, "its directory cannot be read");
        unz_file_info64 info{};
        std::array<char, kMaxEntryName> name{};
        if (unzGetCurrentFileInfo64(zip.get(), &info, name.data(), name.size() - 1, nullptr, 0,
                                    nullptr, 0) != UNZ_OK ||
            info.size_filename >= name.size())
            return broken(package, "an entry's name cannot be read");
        const std::string path(name.data(), info.size_filename);
        if (!stays_inside(path)) return broken(package, "an entry's name leaves the folder");
        if (path.back() == '/') continue;
        if (++files > kMaxPackageFiles) return broken(package, "holds too many files");
        if (info.uncompressed_size > kMaxPackageBytes - total)
            return broken(package, "unpacks to too many bytes");
        total += info.uncompressed_size;
        if (Result<void> written =
                write_entry(zip.get(), package, into / path, info.uncompressed_size, chunk);
            !written)
            return written;
    }
    return {};
}

fs::path code_in(const fs::path& unpacked) {
    std::error_code fault;
    fs::path usual = unpacked / kUsualPlace;
    return fs::is_directory(usual, fault) ? usual : unpacked;
}

}  // namespace samovar::daemon
