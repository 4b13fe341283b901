#include "daemon/worker/engine/read_ahead.hpp"

#include <utility>

#include "daemon/worker/job_error.hpp"

namespace samovar::worker {
namespace {

// More read no faster from a page cache; a disk wants some at a time, however few cores there are.
constexpr std::size_t kReadThreads = 4;

}  // namespace

std::size_t read_threads(std::uint32_t asked) {
    return asked > 0 ? asked : kReadThreads;
}

void read_ahead(const MappedFile& file, std::size_t threads, LoadSteps& steps) {
    steps.begin("read", file.bytes().size());
    const auto tell = [&](std::uint64_t done) { steps.advance(done); };
    if (auto read = file.read_all(threads, tell); !read) throw JobError(std::move(read).error());
}

}  // namespace samovar::worker
