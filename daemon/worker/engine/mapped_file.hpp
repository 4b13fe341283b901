#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <samovar/error.hpp>

namespace samovar::worker {

// A file of the store in memory that every process shares which maps it. The store never rewrites a
// file, so the mapping cannot be cut short (a SIGBUS).
class MappedFile {
  public:
    // What becomes of a write: the process dies of it, or, once allow_writes() was called, has a
    // page of its own from there on.
    enum class Writes { fault, copy };

    // Errors: `bad_model` (missing, empty, no regular file), `io`.
    static Result<MappedFile> open(const std::string& path, Writes writes = Writes::fault);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const noexcept { return {address_, size_}; }
    // Of Writes::copy; the first may be written to after the second, which has the kernel count the
    // file as memory of this process. Errors: `io`.
    std::span<std::byte> writable() const noexcept { return {address_, size_}; }
    Result<void> allow_writes() const;

    // Called by the calling thread, with the bytes that are there so far.
    using Progress = std::function<void(std::uint64_t done)>;
    // Reads the file into the page cache, where it is not there yet, and fills the page tables, so
    // that the first inference waits for neither; by this thread and up to `threads` - 1 more.
    // Errors: `io`.
    Result<void> read_all(std::size_t threads, const Progress& progress) const;
    // Keeps all of it in memory, so that no inference waits for the disk. False where the limit on
    // locked memory (RLIMIT_MEMLOCK) does not allow it: it stays as long as the kernel has room.
    bool lock() const noexcept;
    // Undoes lock(), and names these pages as the first to take when memory is short. What nobody
    // takes is there at once when it is read again.
    void let_go() const noexcept;

  private:
    MappedFile(std::byte* address, std::size_t size, Writes writes) noexcept
        : address_(address), size_(size), writes_(writes) {}
    std::byte* address_ = nullptr;
    std::size_t size_ = 0;
    Writes writes_;
};

}  // namespace samovar::worker
