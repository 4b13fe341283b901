#pragma once
#include <string>

#include "daemon/models/toml_reader.hpp"

namespace samovar::daemon {

// What is wrong with the file that `read` reads; "" where nothing is.
template <class Read>
std::string fault_in(Read read) {
    try {
        read();
        return "";
    } catch (const TomlFault& fault) {
        return fault.what();
    }
}

}  // namespace samovar::daemon
