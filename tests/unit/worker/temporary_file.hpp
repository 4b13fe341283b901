#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/process.hpp"

namespace samovar::worker {

// A folder with files of this test's own, removed with it.
class TemporaryFiles {
  public:
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::string write(const std::string& name, const std::string& bytes) const {
        const std::filesystem::path file = folder() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
        return file.native();
    }

  private:
    tests::TemporaryFolder folder_;
};

}  // namespace samovar::worker
