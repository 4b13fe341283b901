#include "ipc/os/segment.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using ipc::check_segment;
using ipc::create_segment;
using ipc::kPageBytes;
using ipc::UniqueFd;

constexpr std::uint64_t kBytes = 4 * kPageBytes;
constexpr int kFixed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

enum class Allocated { no, yes };

// A memfd as a client may have made it.
UniqueFd foreign(int seals, Allocated allocated = Allocated::yes, std::uint64_t bytes = kBytes,
                 unsigned flags = MFD_ALLOW_SEALING) {
    UniqueFd fd(::memfd_create("foreign", flags | MFD_CLOEXEC));
    const auto size = static_cast<off_t>(bytes);
    EXPECT_EQ(allocated == Allocated::yes ? ::fallocate(fd.get(), 0, 0, size)
                                          : ::ftruncate(fd.get(), size),
              0);
    EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, seals), 0);
    return fd;
}

UniqueFd reopened(const UniqueFd& fd, int flags) {
    return UniqueFd(
        ::open(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), flags | O_CLOEXEC));
}

std::string refusal(int fd, std::uint64_t bytes = kBytes) {
    const Result<void> checked = check_segment(fd, bytes);
    if (checked) return "accepted";
    EXPECT_EQ(checked.error().code, Errc::bad_descriptor);
    EXPECT_NE(checked.error().hint, "");
    return checked.error().message;
}

TEST(Segment, IsMadeToTheByteAllocatedSealedAndAccepted) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    ASSERT_TRUE(segment);
    struct stat info {};
    ASSERT_EQ(::fstat(segment->get(), &info), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(info.st_size), kBytes);
    EXPECT_GE(static_cast<std::uint64_t>(info.st_blocks) * 512, kBytes);
    EXPECT_EQ(::fcntl(segment->get(), F_GET_SEALS) & kFixed, kFixed);
    EXPECT_EQ(::fcntl(segment->get(), F_GETFD), FD_CLOEXEC);
    EXPECT_TRUE(check_segment(segment->get(), kBytes));
}

TEST(Segment, CannotBeShrunkGrownOrUnsealedByWhoeverHasIt) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    ASSERT_TRUE(segment);
    for (const off_t bytes : {0, 4096, 1 << 20}) {
        EXPECT_EQ(::ftruncate(segment->get(), bytes), -1);
        EXPECT_EQ(errno, EPERM);
    }
    EXPECT_EQ(::fcntl(segment->get(), F_ADD_SEALS, F_SEAL_WRITE), -1);
    EXPECT_EQ(errno, EPERM);
}

TEST(Segment, CannotBeExecuted) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    ASSERT_TRUE(segment);
    struct stat info {};
    ASSERT_EQ(::fstat(segment->get(), &info), 0);
    const bool kernel_has_noexec =
        UniqueFd(::memfd_create("probe", MFD_CLOEXEC | 0x0008U)).get() >= 0;
    EXPECT_EQ((info.st_mode & 0111) == 0, kernel_has_noexec);
}

TEST(Segment, OfMoreMemoryThanThereIsIsRefusedBeforeTheKernelKillsForIt) {
    const std::size_t before = open_descriptors();
    const Result<UniqueFd> segment = create_segment(std::uint64_t{1} << 62);
    ASSERT_FALSE(segment);
    EXPECT_EQ(segment.error().code, Errc::out_of_memory);
    EXPECT_EQ(segment.error().message, "no memory for a channel of 4611686018427387904 bytes");
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Segment, OfNoBytesCannotBeMade) {
    EXPECT_FALSE(create_segment(0));
}

TEST(Segment, SizesAreRoundedUpToPages) {
    EXPECT_EQ(ipc::round_to_pages(0), 0U);
    EXPECT_EQ(ipc::round_to_pages(1), 4096U);
    EXPECT_EQ(ipc::round_to_pages(4096), 4096U);
    EXPECT_EQ(ipc::round_to_pages(4097), 8192U);
}

TEST(ForeignSegment, ThatIsMadeAsOursIsAccepted) {
    EXPECT_EQ(refusal(foreign(kFixed).get()), "accepted");
}

TEST(ForeignSegment, ThatIsNoMemfdIsRefused) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd read_end(ends[0]), write_end(ends[1]);
    const UniqueFd folder(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    const UniqueFd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    const SocketPair sockets;
    for (const UniqueFd* fd : {&read_end, &write_end, &folder, &zero, &file, &sockets.here})
        EXPECT_EQ(refusal(fd->get()), "the descriptor is no memfd") << target_of(fd->get());
    EXPECT_EQ(refusal(-1), "the descriptor is no memfd");
}

TEST(ForeignSegment, ThatIsAFileOfSharedMemoryIsRefused) {
    const std::string path = "/dev/shm/samovar-test-" + std::to_string(::getpid());
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    ASSERT_TRUE(file);
    EXPECT_EQ(::unlink(path.c_str()), 0);
    ASSERT_EQ(::fallocate(file.get(), 0, 0, kBytes), 0);
    EXPECT_EQ(refusal(file.get()), "the memfd is not sealed");
}

TEST(ForeignSegment, ThatLacksASealIsRefused) {
    for (const int seals :
         {0, F_SEAL_SHRINK | F_SEAL_GROW, F_SEAL_SHRINK | F_SEAL_SEAL, F_SEAL_GROW | F_SEAL_SEAL})
        EXPECT_EQ(refusal(foreign(seals).get()), "the memfd is not sealed") << seals;
}

TEST(ForeignSegment, ThatIsSealedAgainstWritingIsRefused) {
    for (const int seal : {F_SEAL_WRITE, F_SEAL_FUTURE_WRITE})
        EXPECT_EQ(refusal(foreign(kFixed | seal).get()), "the memfd is sealed against writing")
            << seal;
}

TEST(ForeignSegment, ThatIsOpenForReadingOrWritingOnlyIsRefused) {
    const UniqueFd fd = foreign(kFixed);
    for (const int flags : {O_RDONLY, O_WRONLY})
        EXPECT_EQ(refusal(reopened(fd, flags).get()),
                  "the memfd is not open for reading and writing");
    EXPECT_EQ(refusal(reopened(fd, O_PATH).get()), "the descriptor is no memfd");
    EXPECT_EQ(refusal(reopened(fd, O_RDWR).get()), "accepted");
}

TEST(ForeignSegment, OfAnotherSizeThanAnnouncedIsRefused) {
    const UniqueFd fd = foreign(kFixed);
    EXPECT_EQ(refusal(fd.get(), kBytes - kPageBytes),
              "the memfd has 16384 bytes where 12288 were announced");
    EXPECT_EQ(refusal(fd.get(), kBytes + kPageBytes),
              "the memfd has 16384 bytes where 20480 were announced");
}

TEST(ForeignSegment, OfNoBytesOrHalfAPageIsRefused) {
    EXPECT_EQ(refusal(foreign(kFixed, Allocated::no, 0).get(), 0),
              "a channel of 0 bytes is not made of whole pages");
    EXPECT_EQ(refusal(foreign(kFixed, Allocated::yes, 100).get(), 100),
              "a channel of 100 bytes is not made of whole pages");
}

TEST(ForeignSegment, WithoutItsPagesIsRefused) {
    EXPECT_EQ(refusal(foreign(kFixed, Allocated::no).get()), "the memfd is not allocated in full");
}

TEST(ForeignSegment, OfHugePagesIsRefusedWhereTheKernelHasThem) {
    constexpr off_t kHuge = 2 << 20;
    const UniqueFd fd(::memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB));
    if (!fd) {
        EXPECT_TRUE(errno == ENODEV || errno == EINVAL || errno == ENOENT || errno == ENOSYS)
            << errno;
        return;
    }
    ASSERT_EQ(::ftruncate(fd.get(), kHuge), 0);
    ASSERT_EQ(::fcntl(fd.get(), F_ADD_SEALS, kFixed), 0);
    EXPECT_EQ(refusal(fd.get(), kHuge), "the memfd is made of huge pages");
}

}  // namespace
}  // namespace samovar::tests
