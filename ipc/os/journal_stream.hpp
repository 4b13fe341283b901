#pragma once

namespace samovar::ipc {

// Whether descriptor `fd` is the stream that systemd connected to its journal; `stream` is the
// value of JOURNAL_STREAM, "DEVICE:INODE", or null. It names the one that the service began with,
// so a standard error that was sent elsewhere since is not mistaken for it (systemd.exec(5)).
bool is_journal_stream(int fd, const char* stream);

}  // namespace samovar::ipc
