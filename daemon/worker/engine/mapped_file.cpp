#include "daemon/worker/engine/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include "ipc/os/unique_fd.hpp"

namespace samovar::worker {
namespace {

// Between two reports of progress; 16 MiB take 0.2 ms from the page cache, 5 ms from a fast disk.
constexpr std::size_t kChunkBytes = 16u << 20;
constexpr std::size_t kPageBytes = 4096;

// Returns 0, or an errno. Linux 5.14 fills page tables on request; an older kernel is made to by
// touching each page.
int populate(std::span<std::byte> memory) {
    if (::madvise(memory.data(), memory.size(), MADV_POPULATE_READ) == 0) return 0;
    if (errno != EINVAL) return errno;
    for (std::size_t at = 0; at < memory.size(); at += kPageBytes)
        static_cast<void>(*static_cast<volatile const std::byte*>(memory.data() + at));
    return 0;
}

// Reads one mapping by several threads, a chunk at a time and from the front, as a disk likes it.
class SharedRead {
  public:
    explicit SharedRead(std::span<std::byte> memory) : memory_(memory) {}

    std::size_t chunks() const { return (memory_.size() + kChunkBytes - 1) / kChunkBytes; }
    // The next chunk that no thread has taken; false after the last, and once one has failed.
    bool take_chunk() {
        const std::size_t begin = next_.fetch_add(kChunkBytes);
        if (begin >= memory_.size() || failure_ != 0) return false;
        const std::size_t bytes = std::min(kChunkBytes, memory_.size() - begin);
        if (const int failure = populate(memory_.subspan(begin, bytes)); failure != 0) {
            failure_ = failure;
            return false;
        }
        done_ += bytes;
        return true;
    }
    std::uint64_t done() const { return done_; }
    Result<void> outcome() const {
        if (failure_ != 0) return io_error("reading a model's weights", failure_);
        return {};
    }

  private:
    std::span<std::byte> memory_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<int> failure_ = 0;
};

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
    const ipc::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        Error error = io_error("opening " + path, errno);
        error.code = Errc::bad_model;
        return error;
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return io_error("examining " + path, errno);
    if (!S_ISREG(info.st_mode) || info.st_size == 0)
        return Error{Errc::bad_model, path + " is no file, or an empty one", "", 0, 0};
    const auto size = static_cast<std::size_t>(info.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED) return io_error("mapping " + path, errno);
    // What is read from disk then comes in large pages, if the file system has them: 2 MiB are
    // mapped at the price of 4 KiB, also by the next process. If it has not, this does nothing.
    ::madvise(address, size, MADV_HUGEPAGE);
    return MappedFile(static_cast<std::byte*>(address), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
    if (address_ != nullptr) ::munmap(address_, size_);
}

Result<void> MappedFile::read_all(std::size_t threads, const Progress& progress) const {
    SharedRead read({address_, size_});
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < std::min(threads, read.chunks()); ++i)
            helpers.emplace_back([&] {
                while (read.take_chunk()) {
                }
            });
        while (read.take_chunk())
            progress(read.done());
    }
    if (Result<void> outcome = read.outcome(); !outcome) return outcome;
    progress(size_);
    return {};
}

bool MappedFile::lock() const noexcept {
    return ::mlock(address_, size_) == 0;
}

void MappedFile::let_go() const noexcept {
    ::munlock(address_, size_);
    ::madvise(address_, size_, MADV_COLD);
}

}  // namespace samovar::worker
