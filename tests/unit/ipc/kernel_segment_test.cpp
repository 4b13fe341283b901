// What segment.cpp assumes of Linux' memfds and their seals.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {
namespace {

using ipc::UniqueFd;

constexpr off_t kBytes = 8192;
constexpr int kFixed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

UniqueFd memfd(unsigned flags = MFD_ALLOW_SEALING) {
    UniqueFd fd(::memfd_create("test", flags | MFD_CLOEXEC));
    EXPECT_EQ(::ftruncate(fd.get(), kBytes), 0);
    return fd;
}

int seal(const UniqueFd& fd, int seals) {
    return ::fcntl(fd.get(), F_ADD_SEALS, seals) == 0 ? 0 : errno;
}

TEST(KernelSegment, ThatIsFixedCannotShrinkOrGrow) {
    const UniqueFd fd = memfd();
    ASSERT_EQ(seal(fd, kFixed), 0);
    EXPECT_EQ(::ftruncate(fd.get(), kBytes / 2), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::ftruncate(fd.get(), kBytes * 2), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::fallocate(fd.get(), 0, kBytes, kBytes), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::pwrite(fd.get(), "x", 1, kBytes), -1);
    EXPECT_EQ(errno, EPERM);
}

TEST(KernelSegment, ThatIsSealedTakesNoOtherSeal) {
    const UniqueFd fd = memfd();
    ASSERT_EQ(seal(fd, kFixed), 0);
    EXPECT_EQ(seal(fd, F_SEAL_WRITE), EPERM);
    EXPECT_EQ(seal(fd, F_SEAL_FUTURE_WRITE), EPERM);
    EXPECT_EQ(::fcntl(fd.get(), F_GET_SEALS) & (kFixed | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE),
              kFixed);
}

TEST(KernelSegment, CannotBeSealedAgainstWritingWhileItIsMappedWritable) {
    const UniqueFd fd = memfd();
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    ASSERT_NE(memory, MAP_FAILED);
    EXPECT_EQ(seal(fd, F_SEAL_WRITE), EBUSY);
    // But against what is mapped or written from now on it can.
    EXPECT_EQ(seal(fd, F_SEAL_FUTURE_WRITE), 0);
    EXPECT_EQ(::munmap(memory, kBytes), 0);
    EXPECT_EQ(::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0), MAP_FAILED);
    EXPECT_EQ(errno, EPERM);
}

TEST(KernelSegment, ThatAllowsNoSealsSaysItIsSealed) {
    const UniqueFd fd = memfd(0);
    EXPECT_EQ(::fcntl(fd.get(), F_GET_SEALS) & kFixed, F_SEAL_SEAL);
}

// A client may do so at any time: the worker then reads zeros, and the page comes back.
TEST(KernelSegment, ThatIsFixedStillTakesHolesAndReadsZerosThere) {
    const UniqueFd fd = memfd();
    ASSERT_EQ(seal(fd, kFixed), 0);
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto* byte = static_cast<unsigned char*>(memory);
    *byte = 7;
    ASSERT_EQ(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kBytes), 0);
    EXPECT_EQ(*byte, 0);
    *byte = 8;
    EXPECT_EQ(*byte, 8);
    EXPECT_EQ(::munmap(memory, kBytes), 0);
}

TEST(KernelSegment, HasBlocksForThePagesThatAreAllocatedOnly) {
    const UniqueFd fd = memfd();
    struct stat info {};
    ASSERT_EQ(::fstat(fd.get(), &info), 0);
    EXPECT_EQ(info.st_blocks, 0);
    ASSERT_EQ(::fallocate(fd.get(), 0, 0, kBytes), 0);
    ASSERT_EQ(::fstat(fd.get(), &info), 0);
    EXPECT_GE(info.st_blocks * 512, kBytes);
}

TEST(KernelSegment, IsTheOnlyKindOfFileThatAnswersAboutSeals) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    const UniqueFd read_end(pipe_ends[0]), write_end(pipe_ends[1]);
    const UniqueFd folder(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    for (const UniqueFd* fd : {&read_end, &write_end, &folder, &zero}) {
        EXPECT_EQ(::fcntl(fd->get(), F_GET_SEALS), -1);
        EXPECT_EQ(errno, EINVAL);
    }
}

TEST(KernelSegment, OfAPathDescriptorTellsNothing) {
    const UniqueFd fd = memfd();
    const UniqueFd path(
        ::open(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), O_PATH | O_CLOEXEC));
    ASSERT_TRUE(path);
    EXPECT_EQ(::fcntl(path.get(), F_GET_SEALS), -1);
    EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace samovar::tests
