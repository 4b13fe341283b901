#include "daemon/models/read_ahead.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {
namespace {

constexpr std::size_t kChunkBytes = 16u << 20;  // between two looks at `stop`

// To map it is to read it, without a copy, and takes next to nothing where it has been read. An
// order to the kernel (POSIX_FADV_WILLNEED) is for so much only as a device takes at a time.
void read_all(int fd, const std::stop_token& stop) noexcept {
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) return;
    const auto size = static_cast<std::size_t>(facts.st_size);
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) return;
    for (std::size_t at = 0; at < size && !stop.stop_requested(); at += kChunkBytes)
        if (::madvise(static_cast<std::byte*>(address) + at, std::min(kChunkBytes, size - at),
                      MADV_POPULATE_READ) != 0)
            break;
    ::munmap(address, size);
}

}  // namespace

std::vector<std::string> files_to_read(const ipc::CodeSpec& code) {
    if (!code.weights.empty()) return {code.weights};
    if (code.format == ipc::CodeFormat::torchscript) return {code.file};
    std::vector<std::string> files;
    std::error_code fault;
    std::filesystem::recursive_directory_iterator entry(code.file, fault);
    for (; !fault && entry != std::filesystem::recursive_directory_iterator();
         entry.increment(fault))
        if (entry->path().extension() == ".so") files.push_back(entry->path().string());
    return files;
}

void read_ahead(const std::vector<std::string>& files, const std::stop_token& stop) noexcept {
    for (const std::string& file : files)
        if (const ipc::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); fd)
            read_all(fd.get(), stop);
}

}  // namespace samovar::daemon
