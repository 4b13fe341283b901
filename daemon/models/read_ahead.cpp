#include "daemon/models/read_ahead.hpp"

#include <fcntl.h>

#include <filesystem>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

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

void read_ahead(const std::vector<std::string>& files) noexcept {
    for (const std::string& file : files)
        if (const ipc::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); fd)
            ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_WILLNEED);
}

}  // namespace samovar::daemon
