#pragma once
// A disk that can be full: a small file system in memory, which only this process and its children
// see.

#include <filesystem>
#include <string>

#include "tests/support/process.hpp"

namespace samovar::tests {

class SmallDisk {
  public:
    // Of so many bytes. Where this process may not mount, why() says so.
    explicit SmallDisk(std::size_t bytes);
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    // Empty where there is a disk.
    const std::string& why_not() const { return why_not_; }
    const std::filesystem::path& path() const { return folder_.path(); }

    // Takes all that is left of it; and gives it back.
    void fill() const;
    void empty() const;
    // Throws where a file on it is open for writing.
    void make_read_only();

  private:
    std::filesystem::path filler() const { return path() / "filler"; }

    TemporaryFolder folder_;
    std::string why_not_;
    bool mounted_ = false;
};

}  // namespace samovar::tests
