#include "daemon/worker/engine/mapped_file.hpp"

#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "tests/unit/worker/temporary_file.hpp"

namespace samovar::worker {
namespace {

// What this process has locked in memory.
std::uint64_t locked_kb() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmLck:")) return std::stoull(line.substr(6));
    throw std::runtime_error("no VmLck in /proc/self/status");
}

// A lower limit on locked memory, for as long as this lives, that binds root, too.
class MemoryLockLimit {
  public:
    explicit MemoryLockLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_MEMLOCK, &before_);
        rlimit limit = before_;
        limit.rlim_cur = std::min(bytes, limit.rlim_max);
        ::setrlimit(RLIMIT_MEMLOCK, &limit);
        ::syscall(SYS_capget, &version_, rights_.data());
        auto fewer = rights_;
        fewer[0].effective &= ~(1U << CAP_IPC_LOCK);
        ::syscall(SYS_capset, &version_, fewer.data());
    }
    ~MemoryLockLimit() {
        ::setrlimit(RLIMIT_MEMLOCK, &before_);
        ::syscall(SYS_capset, &version_, rights_.data());
    }
    MemoryLockLimit(const MemoryLockLimit&) = delete;
    MemoryLockLimit& operator=(const MemoryLockLimit&) = delete;

  private:
    rlimit before_{};
    __user_cap_header_struct version_{_LINUX_CAPABILITY_VERSION_3, 0};  // of this thread
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rights_{};
};

TEST(MappedFile, shows_the_bytes_of_the_file) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", "abc"));
    ASSERT_TRUE(file);
    ASSERT_EQ(file->bytes().size(), 3U);
    EXPECT_EQ(file->bytes()[2], std::byte{'c'});
}

TEST(MappedFile, reads_all_and_says_how_far_it_is) {
    const TemporaryFiles files;
    const std::size_t size = (40u << 20) + 5;
    const auto file = MappedFile::open(files.write("x", std::string(size, 'x')));
    ASSERT_TRUE(file);
    std::vector<std::uint64_t> told;
    ASSERT_TRUE(file->read_all([&](std::uint64_t done) { told.push_back(done); }));
    EXPECT_EQ(told, (std::vector<std::uint64_t>{16u << 20, 32u << 20, size}));
    std::vector<unsigned char> present((size + 4095) / 4096);
    ASSERT_EQ(::mincore(const_cast<std::byte*>(file->bytes().data()), size, present.data()), 0);
    EXPECT_THAT(present,
                testing::Each(testing::Truly([](unsigned char page) { return page & 1; })));
}

TEST(MappedFile, refuses_what_is_missing_empty_or_no_file_and_never_blocks) {
    const TemporaryFiles files;
    const std::string pipe = (files.folder() / "pipe").native();
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& path : {(files.folder() / "gone").native(), files.write("empty", ""),
                                    files.folder().native(), pipe}) {
        const auto file = MappedFile::open(path);
        ASSERT_FALSE(file) << path;
        EXPECT_EQ(file.error().code, Errc::bad_model);
        EXPECT_THAT(file.error().message, testing::HasSubstr(path));
    }
}

TEST(MappedFile, is_locked_in_memory_and_let_go_again_and_again) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", std::string(5 * 4096 + 1, 'x')));
    ASSERT_TRUE(file);
    const std::uint64_t before = locked_kb();
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(file->lock());
        EXPECT_EQ(locked_kb(), before + 24) << "six pages";
        file->let_go();
        EXPECT_EQ(locked_kb(), before);
        EXPECT_EQ(file->bytes()[5 * 4096], std::byte{'x'}) << "it is still mapped";
    }
}

TEST(MappedFile, that_is_let_go_without_having_been_locked_is_as_it_was) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", "abc"));
    ASSERT_TRUE(file);
    file->let_go();
    EXPECT_EQ(file->bytes()[2], std::byte{'c'});
}

TEST(MappedFile, that_is_closed_gives_its_locked_pages_back) {
    const TemporaryFiles files;
    const std::string path = files.write("x", std::string(4096, 'x'));
    const std::uint64_t before = locked_kb();
    {
        const auto file = MappedFile::open(path);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->lock());
        EXPECT_EQ(locked_kb(), before + 4);
    }
    EXPECT_EQ(locked_kb(), before);
}

TEST(MappedFile, beyond_the_limit_on_locked_memory_says_so_and_is_usable) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", std::string(64 * 4096, 'x')));
    ASSERT_TRUE(file);
    const std::uint64_t before = locked_kb();
    const MemoryLockLimit limit(8 * 4096);
    EXPECT_FALSE(file->lock());
    EXPECT_EQ(locked_kb(), before);
    EXPECT_EQ(file->bytes()[63 * 4096], std::byte{'x'});
}

}  // namespace
}  // namespace samovar::worker
