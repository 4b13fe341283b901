#pragma once
#include <cstdint>
#include <string>

#include <samovar/error.hpp>

namespace samovar::worker {

// What samovard says when it starts a worker.
struct Arguments {
    bool cuda = false;
    int cuda_index = 0;
    int threads = 1;                 // intra-op threads of models that name no number of their own
    std::string name = "cpu";        // for the log and the process list
    std::string log_level = "info";  // debug, info, warning or error
    std::uint64_t decode_cache = 0;  // bytes of decoded pictures that are kept; 0: none
    bool log_json = false;           // lines of JSON, not words
    std::string sandbox = "off";     // off, auto or require
    std::string room;    // the folder in which models lie; all that it reads in a sandbox
    bool probe = false;  // print what this worker can do, and exit
    bool help = false;
};

inline constexpr int kMaxThreads = 1024;

const char* usage() noexcept;

// Errors: `invalid_argument`.
Result<Arguments> parse_arguments(int argc, char** argv);

}  // namespace samovar::worker
