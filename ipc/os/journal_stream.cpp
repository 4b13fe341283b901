#include "ipc/os/journal_stream.hpp"

#include <sys/stat.h>

#include <string>

namespace samovar::ipc {

bool is_journal_stream(int fd, const char* stream) {
    struct stat info {};
    if (!stream || ::fstat(fd, &info) != 0) return false;
    return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

}  // namespace samovar::ipc
