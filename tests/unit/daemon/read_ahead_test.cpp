// Reading ahead of a load, and the kernel's part in it.

#include "daemon/models/read_ahead.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ipc/os/unique_fd.hpp"
#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr std::size_t kPageBytes = 4096, kPages = 2048;

bool is_in_memory(int fd) {
    void* address = ::mmap(nullptr, kPages * kPageBytes, PROT_READ, MAP_SHARED, fd, 0);
    std::vector<unsigned char> pages(kPages);
    const bool asked = ::mincore(address, kPages * kPageBytes, pages.data()) == 0;
    ::munmap(address, kPages * kPageBytes);
    return asked && std::all_of(pages.begin(), pages.end(), [](auto page) { return page & 1; });
}

TEST(ReadAhead, brings_a_file_into_the_page_cache) {
    const tests::TemporaryFolder folder;
    const fs::path file = folder.path() / "weights";
    std::ofstream(file, std::ios::binary) << std::string(kPages * kPageBytes, 'w');
    const ipc::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::fsync(fd.get()), 0);
    ASSERT_EQ(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    read_ahead({file.string()});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_in_memory(fd.get()) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_TRUE(is_in_memory(fd.get()));
}

TEST(ReadAhead, leaves_it_to_the_load_to_tell_of_a_file_that_is_not_there) {
    read_ahead({"/nowhere/weights"});
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
