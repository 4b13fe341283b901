// Reading ahead of a load, and the kernel's part in it.

#include "daemon/models/read_ahead.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <vector>

#include "ipc/os/unique_fd.hpp"
#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr std::size_t kPageBytes = 4096, kPages = 12'000;  // more than a device takes at a time

// A file that the page cache has been asked to drop; in a file system of memory it cannot.
class Weights {
  public:
    Weights() {
        std::ofstream(file(), std::ios::binary) << std::string(kPages * kPageBytes, 'w');
        fd_.reset(::open(file().c_str(), O_RDONLY | O_CLOEXEC));
        ::fsync(fd_.get());
        ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
    std::string file() const { return (folder_.path() / "weights").string(); }
    std::ptrdiff_t pages_in_memory() const {
        void* address = ::mmap(nullptr, kPages * kPageBytes, PROT_READ, MAP_SHARED, fd_.get(), 0);
        std::vector<unsigned char> pages(kPages);
        const int fault = ::mincore(address, kPages * kPageBytes, pages.data());
        ::munmap(address, kPages * kPageBytes);
        if (fault != 0) return -1;
        return std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; });
    }

  private:
    tests::TemporaryFolder folder_;
    ipc::UniqueFd fd_;
};

TEST(ReadAhead, brings_a_file_into_the_page_cache) {
    const Weights weights;
    read_ahead({weights.file()}, {});
    EXPECT_EQ(weights.pages_in_memory(), std::ptrdiff_t{kPages});
}

TEST(ReadAhead, ends_where_it_is_told_to) {
    const Weights weights;
    const std::ptrdiff_t before = weights.pages_in_memory();
    std::stop_source stop;
    stop.request_stop();
    read_ahead({weights.file()}, stop.get_token());
    EXPECT_EQ(weights.pages_in_memory(), before);
}

TEST(ReadAhead, leaves_it_to_the_load_to_tell_of_a_file_that_is_not_there) {
    read_ahead({"/nowhere/weights"}, {});
}

TEST(ReadAhead, is_of_the_file_that_holds_the_weights) {
    EXPECT_THAT(files_to_read({"/store/code", ipc::CodeFormat::pt2, "/store/weights", ""}),
                ElementsAre("/store/weights"));
    EXPECT_THAT(files_to_read({"/store/model.pt", ipc::CodeFormat::torchscript, "", ""}),
                ElementsAre("/store/model.pt"));
    const tests::TemporaryFolder folder;
    fs::create_directories(folder.path() / "data");
    std::ofstream(folder.path() / "data" / "x.wrapper.so") << "x";
    std::ofstream(folder.path() / "data" / "x.json") << "x";
    EXPECT_THAT(files_to_read({folder.path().string(), ipc::CodeFormat::pt2, "", ""}),
                ElementsAre((folder.path() / "data" / "x.wrapper.so").string()));
}

}  // namespace
}  // namespace samovar::daemon
