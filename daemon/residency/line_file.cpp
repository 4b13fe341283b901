#include "daemon/residency/line_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <span>

#include "ipc/os/write_all.hpp"

namespace samovar::daemon {

namespace fs = std::filesystem;

Result<LineFile> LineFile::open(fs::path folder, std::string name) {
    LineFile file(std::move(folder), std::move(name));
    if (Result<void> begun = file.begin(); !begun) return begun.error();
    return file;
}

Result<void> LineFile::begin() {
    file_ = ipc::UniqueFd(::open(path().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file_) return io_error("opening " + path().string(), errno);
    struct stat info {};
    bytes_ = ::fstat(file_.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
    // A line that was cut off when the machine went down must not spoil the next.
    char last = '\n';
    if (bytes_ > 0 && ::pread(file_.get(), &last, 1, info.st_size - 1) == 1 && last != '\n')
        return add("\n");
    return {};
}

Result<void> LineFile::add(std::string_view lines) {
    if (!file_)
        if (Result<void> begun = begin(); !begun) return begun;
    if (bytes_ > 0 && bytes_ + lines.size() > kMostBytes) {
        std::error_code fault;
        fs::rename(path(), older(), fault);
        if (fault)
            return Error{Errc::io, "naming " + older().string() + ": " + fault.message(), "", 0, 0};
        if (Result<void> begun = begin(); !begun) return begun;
    }
    Result<void> written =
        ipc::write_all(file_.get(), path().native(), std::as_bytes(std::span(lines)));
    // Of a disk that became full: how much there is of the last line is seen when it is opened.
    if (written)
        bytes_ += lines.size();
    else
        file_.reset();
    return written;
}

void LineFile::read(const std::function<void(const std::string&)>& each) const {
    for (const fs::path& part : {older(), path()}) {
        std::ifstream file(part);
        for (std::string line; std::getline(file, line);)
            each(line);
    }
}

}  // namespace samovar::daemon
