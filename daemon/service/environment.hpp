#pragma once
#include <functional>

namespace samovar::daemon {

// Environment variables as getenv gives them; an argument so that tests bring their own.
using Environment = std::function<const char*(const char*)>;

// The process's.
const char* environment_of_process(const char* variable);

}  // namespace samovar::daemon
