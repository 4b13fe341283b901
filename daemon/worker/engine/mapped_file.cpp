#include "daemon/worker/engine/mapped_file.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/worker/engine/store_file.hpp"

namespace samovar::worker {
namespace {

// Between two reports of progress; 16 MiB take 0.2 ms from the page cache, 5 ms from a fast disk.
constexpr std::size_t kChunkBytes = 16u << 20;
constexpr std::size_t kPageBytes = 4096;
// What lies in the page cache is mapped faster than a thread starts, unless it is very much.
constexpr std::size_t kCachedBytesPerThread = 256u << 20;
constexpr std::size_t kSamples = 16;

// Returns 0, or an errno. Linux 5.14 fills page tables on request; an older kernel is made to by
// touching each page.
int populate(std::span<std::byte> memory) {
    if (::madvise(memory.data(), memory.size(), MADV_POPULATE_READ) == 0) return 0;
    if (errno != EINVAL) return errno;
    for (std::size_t at = 0; at < memory.size(); at += kPageBytes)
        static_cast<void>(*static_cast<volatile const std::byte*>(memory.data() + at));
    return 0;
}

// Whether a mapped file seems to be in the page cache: by samples, for to ask for all of its pages
// takes longer than to map them.
bool seems_cached(std::span<std::byte> memory) {
    const std::size_t pages = (memory.size() + kPageBytes - 1) / kPageBytes;
    for (std::size_t sample = 0; sample < kSamples; ++sample) {
        unsigned char present = 0;
        std::byte* page = memory.data() + pages * sample / kSamples * kPageBytes;
        if (::mincore(page, kPageBytes, &present) != 0 || (present & 1) == 0) return false;
    }
    return true;
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path, Writes writes) {
    const Result<StoreFile> file = open_store_file(path);
    if (!file) return file.error();
    const std::size_t size = file->size;
    const int sharing = writes == Writes::copy ? MAP_PRIVATE : MAP_SHARED;
    void* address = ::mmap(nullptr, size, PROT_READ, sharing, file->fd.get(), 0);
    if (address == MAP_FAILED) return io_error("mapping " + path, errno);
    // What is read from disk then comes in large pages, if the file system has them: 2 MiB are
    // mapped at the price of 4 KiB, also by the next process. If it has not, this does nothing.
    ::madvise(address, size, MADV_HUGEPAGE);
    return MappedFile(static_cast<std::byte*>(address), size, writes);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      writes_(other.writes_) {}

MappedFile::~MappedFile() {
    if (address_ != nullptr) ::munmap(address_, size_);
}

Result<void> MappedFile::read_all(std::size_t threads, const Progress& progress) const {
    const std::span memory(address_, size_);
    if (seems_cached(memory)) threads = std::min(threads, size_ / kCachedBytesPerThread + 1);
    const auto read = [&](std::size_t begin, std::size_t bytes) {
        return populate(memory.subspan(begin, bytes));
    };
    if (const int fault = share_out(size_, kChunkBytes, threads, read, progress); fault != 0)
        return io_error("reading a model's weights", fault);
    progress(size_);
    return {};
}

Result<void> MappedFile::allow_writes() const {
    if (::mprotect(address_, size_, PROT_READ | PROT_WRITE) != 0)
        return io_error("making a copy of a model's weights possible", errno);
    return {};
}

bool MappedFile::lock() const noexcept {
    // A plain mlock would give each page that may be written a copy of its own.
    const unsigned flags = writes_ == Writes::copy ? MLOCK_ONFAULT : 0;
    return ::mlock2(address_, size_, flags) == 0;
}

void MappedFile::let_go() const noexcept {
    ::munlock(address_, size_);
    ::madvise(address_, size_, MADV_COLD);
}

}  // namespace samovar::worker
