#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <samovar/error.hpp>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {

// A file that lines are added to, NAME.jsonl in a folder. When it would become larger than its
// limit it is begun anew, and the one before is kept as NAME.1.jsonl: so all of it is at most twice
// that large. One thread at a time.
class LineFile {
  public:
    // Some 60,000 moves of models.
    static constexpr std::size_t kMostBytes = 4u << 20;

    LineFile() = default;
    // Errors: `io`.
    static Result<LineFile> open(std::filesystem::path folder, std::string name);

    // Each with its line feed. Errors: `io`; the next call tries again, and what was cut off by
    // this one is a line of its own then.
    Result<void> add(std::string_view lines);
    // All that there are, the oldest first, without their line feeds.
    void read(const std::function<void(const std::string&)>& each) const;

  private:
    LineFile(std::filesystem::path folder, std::string name)
        : folder_(std::move(folder)), name_(std::move(name)) {}
    std::filesystem::path path() const { return folder_ / (name_ + ".jsonl"); }
    std::filesystem::path older() const { return folder_ / (name_ + ".1.jsonl"); }
    Result<void> begin();

    std::filesystem::path folder_;
    std::string name_;
    ipc::UniqueFd file_;  // none while it cannot be written
    std::uint64_t bytes_ = 0;
};

}  // namespace samovar::daemon
