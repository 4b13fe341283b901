#include "ipc/os/mapping.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "ipc/os/peer.hpp"
#include "ipc/os/segment.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using ipc::create_segment;
using ipc::Mapping;
using ipc::UniqueFd;

constexpr std::uint64_t kBytes = 16 * ipc::kPageBytes;

std::size_t mapped_channels() {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find("memfd:samovar-channel") != std::string::npos;
    return count;
}

TEST(Mapping, ShowsTheSameBytesAtBothEnds) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    ASSERT_TRUE(segment);
    const Result<Mapping> one = Mapping::open(segment->get(), kBytes);
    const Result<Mapping> other = Mapping::open(segment->get(), kBytes);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->bytes().size(), kBytes);
    one->bytes().back() = std::byte{0x7e};
    EXPECT_EQ(other->bytes().back(), std::byte{0x7e});
}

TEST(Mapping, BeginsAsZeros) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    const Result<Mapping> mapping = Mapping::open(segment->get(), kBytes);
    ASSERT_TRUE(mapping);
    EXPECT_TRUE(
        std::ranges::all_of(mapping->bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(Mapping, OutlivesItsDescriptorAndEndsWithItsOwner) {
    ASSERT_EQ(mapped_channels(), 0U);
    {
        Result<UniqueFd> segment = create_segment(kBytes);
        Result<Mapping> mapping = Mapping::open(segment->get(), kBytes);
        ASSERT_TRUE(mapping);
        segment->reset();
        mapping->bytes().front() = std::byte{1};
        const Mapping moved = std::move(*mapping);
        EXPECT_EQ(moved.bytes().front(), std::byte{1});
        EXPECT_EQ(mapped_channels(), 1U);
    }
    EXPECT_EQ(mapped_channels(), 0U);
}

TEST(Mapping, IsRefusedForWhatIsNoChannel) {
    const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    const Result<Mapping> mapping = Mapping::open(zero.get(), kBytes);
    ASSERT_FALSE(mapping);
    EXPECT_EQ(mapping.error().code, Errc::bad_descriptor);
}

TEST(Mapping, IsRefusedForMoreBytesThanTheSegmentHas) {
    const Result<UniqueFd> segment = create_segment(kBytes);
    const Result<Mapping> mapping = Mapping::open(segment->get(), 2 * kBytes);
    ASSERT_FALSE(mapping);
    EXPECT_EQ(mapping.error().code, Errc::bad_descriptor);
}

TEST(Peer, IsTheProcessAtTheOtherEnd) {
    const SocketPair sockets;
    const Result<ipc::Peer> peer = ipc::peer_of(sockets.here.get());
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->pid, ::getpid());
    EXPECT_EQ(peer->uid, ::geteuid());
    EXPECT_EQ(peer->gid, ::getegid());
}

TEST(Peer, HasTheGroupsOfItsProcess) {
    const SocketPair sockets;
    const auto groups = ipc::groups_of_peer(sockets.here.get());
    ASSERT_TRUE(groups);
    std::vector<gid_t> own(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ASSERT_EQ(::getgroups(static_cast<int>(own.size()), own.data()), static_cast<int>(own.size()));
    EXPECT_EQ(*groups, own);
}

TEST(Peer, OfWhatIsNoSocketIsAnError) {
    EXPECT_FALSE(ipc::peer_of(0));
    EXPECT_FALSE(ipc::groups_of_peer(0));
}

TEST(UniqueFds, CloseOnceAndMoveTheirDescriptor) {
    UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int number = one.get();
    UniqueFd two = std::move(one);
    EXPECT_EQ(two.get(), number);
    EXPECT_EQ(target_of(number), "/dev/null");
    two.reset();
    EXPECT_EQ(target_of(number), "");
    EXPECT_FALSE(two);
}

}  // namespace
}  // namespace samovar::tests
