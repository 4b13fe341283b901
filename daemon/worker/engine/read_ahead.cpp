#include "daemon/worker/engine/read_ahead.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "daemon/worker/job_error.hpp"

namespace samovar::worker {
namespace {

// More threads than that read no faster from a page cache.
constexpr unsigned kMaxReadThreads = 4;

}  // namespace

std::size_t read_threads(std::uint32_t asked) {
    if (asked > 0) return asked;
    return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxReadThreads);
}

void read_ahead(const MappedFile& file, std::size_t threads, LoadSteps& steps) {
    steps.begin("read", file.bytes().size());
    const auto tell = [&](std::uint64_t done) { steps.advance(done); };
    if (auto read = file.read_all(threads, tell); !read) throw JobError(std::move(read).error());
}

}  // namespace samovar::worker
