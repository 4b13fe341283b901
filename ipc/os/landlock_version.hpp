#pragma once

namespace samovar::ipc {

// Of the Landlock that this kernel offers, as landlock(7) counts; 0: it has none, or was started
// without.
int landlock_version() noexcept;

}  // namespace samovar::ipc
