// Memory that is locked. Not with a sanitizer, which takes mlock() for nothing.

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "daemon/worker/engine/mapped_file.hpp"
#include "tests/support/process_status.hpp"
#include "tests/unit/worker/temporary_file.hpp"

namespace samovar::worker {
namespace {

std::uint64_t locked_kb() {
    return tests::status_kb(::getpid(), "VmLck");
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

TEST(LockedFile, is_kept_in_memory_and_let_go_again_and_again) {
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

TEST(LockedFile, that_copies_what_is_written_is_locked_without_a_copy) {
    const TemporaryFiles files;
    const std::size_t pages = 1000;
    const auto file = MappedFile::open(files.write("x", std::string(pages * 4096, 'x')),
                                       MappedFile::Writes::copy);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->read_all(1, [](std::uint64_t) {}));
    ASSERT_TRUE(file->allow_writes());
    const auto anonymous_kb = [] { return tests::status_kb(::getpid(), "RssAnon"); };
    const std::uint64_t locked = locked_kb(), anonymous = anonymous_kb();
    ASSERT_TRUE(file->lock());
    EXPECT_EQ(locked_kb(), locked + 4 * pages);
    EXPECT_LT(anonymous_kb(), anonymous + 4 * pages / 2);
}

TEST(LockedFile, that_is_closed_gives_its_locked_pages_back) {
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

TEST(LockedFile, beyond_the_limit_on_locked_memory_says_so_and_is_usable) {
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
