#include <gtest/gtest.h>

#include <algorithm>

#include "ipc/wire/frame.hpp"
#include "ipc/wire/messages.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::Frame;
using ipc::FrameReader;
using ipc::kHeaderBytes;
using ipc::MessageType;
using ipc::UniqueFd;

// A frame with a body of `length` bytes that count up from 0.
Bytes frame_of(std::uint32_t length, std::uint64_t request, std::uint16_t flags = 0) {
    Bytes frame(kHeaderBytes + length);
    ipc::write_header({length, MessageType::ping, flags, request},
                      std::span<std::byte, kHeaderBytes>(frame.data(), kHeaderBytes));
    for (std::size_t i = 0; i < length; ++i)
        frame[kHeaderBytes + i] = static_cast<std::byte>(i);
    return frame;
}

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

UniqueFd some_descriptor() {
    return UniqueFd(::dup(0));
}

// What a read that finds all of `bytes` in the socket does.
void feed(FrameReader& reader, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::span<std::byte> room = reader.writable();
        const std::size_t count = std::min(room.size(), bytes.size());
        std::copy_n(bytes.begin(), count, room.begin());
        reader.commit(count);
        bytes = bytes.subspan(count);
    }
}

// The request ids of all frames there are; -1 at the end for an error.
std::vector<int> take_all(FrameReader& reader) {
    std::vector<int> requests;
    while (true) {
        Result<std::optional<Frame>> frame = reader.take();
        if (!frame) requests.push_back(-1);
        if (!frame || !*frame) return requests;
        EXPECT_EQ((*frame)->body.size(), (*frame)->header.length);
        for (std::size_t i = 0; i < (*frame)->body.size(); ++i)
            EXPECT_EQ((*frame)->body[i], static_cast<std::byte>(i));
        requests.push_back(static_cast<int>((*frame)->header.request));
    }
}

std::string message_of(FrameReader& reader) {
    const Result<std::optional<Frame>> frame = reader.take();
    if (frame) return "no error";
    EXPECT_EQ(frame.error().code, Errc::protocol);
    return frame.error().message;
}

TEST(FrameReader, CutsAFrameThatCameByteByByte) {
    FrameReader reader;
    const Bytes bytes = frame_of(300, 7);
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        feed(reader, std::span(bytes).subspan(i, 1));
        ASSERT_TRUE(take_all(reader).empty());
        ASSERT_TRUE(reader.mid_frame());
    }
    feed(reader, std::span(bytes).last(1));
    EXPECT_EQ(take_all(reader), std::vector{7});
    EXPECT_FALSE(reader.mid_frame());
}

TEST(FrameReader, CutsManyFramesOfOneRead) {
    FrameReader reader;
    feed(reader, frame_of(0, 1) + frame_of(5, 2) + frame_of(100, 3));
    EXPECT_EQ(take_all(reader), (std::vector{1, 2, 3}));
}

TEST(FrameReader, KeepsTheBeginningOfTheNextFrame) {
    FrameReader reader;
    const Bytes second = frame_of(50, 2);
    feed(reader, frame_of(5, 1) + Bytes(second.begin(), second.begin() + 20));
    EXPECT_EQ(take_all(reader), std::vector{1});
    EXPECT_TRUE(reader.mid_frame());
    feed(reader, std::span(second).subspan(20));
    EXPECT_EQ(take_all(reader), std::vector{2});
}

TEST(FrameReader, CutsAStreamAtEveryPlaceToTheSameFrames) {
    const Bytes stream = frame_of(3, 1) + frame_of(0, 2) + frame_of(40, 3);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        FrameReader reader;
        feed(reader, std::span(stream).first(cut));
        std::vector<int> requests = take_all(reader);
        feed(reader, std::span(stream).subspan(cut));
        for (const int request : take_all(reader))
            requests.push_back(request);
        ASSERT_EQ(requests, (std::vector{1, 2, 3})) << "cut at byte " << cut;
    }
}

TEST(FrameReader, TakesABodyOfTheLargestSizeAndNotAByteMore) {
    FrameReader fits(1000);
    feed(fits, frame_of(1000, 1));
    EXPECT_EQ(take_all(fits), std::vector{1});
    FrameReader too_long(999);
    feed(too_long, std::span<const std::byte>(frame_of(1000, 1)).first(kHeaderBytes));
    EXPECT_EQ(message_of(too_long), "a frame of 1000 bytes where at most 999 are allowed");
}

TEST(FrameReader, RefusesALongFrameBeforeItsBodyComes) {
    FrameReader reader;
    Bytes header(kHeaderBytes, std::byte{0xff});
    feed(reader, header);
    EXPECT_EQ(message_of(reader), "a frame of 4294967295 bytes where at most " +
                                      std::to_string(kMaxFrameBytes) + " are allowed");
}

TEST(FrameReader, RefusesFlagsThatItDoesNotKnow) {
    for (const unsigned flag : {0x0010U, 0x0100U, 0x8000U}) {
        FrameReader reader;
        feed(reader, frame_of(0, 1, static_cast<std::uint16_t>(flag)));
        EXPECT_EQ(message_of(reader), "unknown flags in a frame's header") << flag;
    }
}

TEST(FrameReader, GivesTheDescriptorToTheFrameThatAnnouncesIt) {
    FrameReader reader;
    UniqueFd fd = some_descriptor();
    const int number = fd.get();
    reader.add_descriptor(std::move(fd));
    feed(reader, frame_of(0, 1) + frame_of(4, 2, 1));
    Result<std::optional<Frame>> first = reader.take();
    ASSERT_TRUE(first && *first);
    EXPECT_FALSE((*first)->descriptor);
    Result<std::optional<Frame>> second = reader.take();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->descriptor.get(), number);
}

TEST(FrameReader, RefusesAFrameWhoseDescriptorIsMissing) {
    FrameReader reader;
    feed(reader, frame_of(0, 1, 1));
    EXPECT_EQ(message_of(reader), "a frame came without its descriptor");
}

TEST(FrameReader, RefusesADescriptorThatNoFrameAnnounces) {
    FrameReader reader;
    reader.add_descriptor(some_descriptor());
    feed(reader, frame_of(0, 1));
    EXPECT_EQ(message_of(reader), "a descriptor came with a frame that announces none");
}

TEST(FrameReader, RefusesAFrameThatAnnouncesTwoDescriptors) {
    FrameReader reader;
    feed(reader, frame_of(0, 1, 2));
    EXPECT_EQ(message_of(reader), "a frame announces 2 descriptors");
}

TEST(FrameReader, ClosesASecondDescriptorAtOnceAndRefusesTheStream) {
    FrameReader reader;
    reader.add_descriptor(some_descriptor());
    UniqueFd surplus = some_descriptor();
    const int number = surplus.get();
    reader.add_descriptor(std::move(surplus));
    EXPECT_EQ(target_of(number), "");
    feed(reader, frame_of(0, 1, 1));
    EXPECT_EQ(message_of(reader), "more than one descriptor came with a frame");
}

TEST(FrameReader, OwesTheRestOfAFrameOnceADescriptorIsThere) {
    FrameReader reader;
    EXPECT_FALSE(reader.mid_frame());
    reader.add_descriptor(some_descriptor());
    EXPECT_TRUE(reader.mid_frame());
}

TEST(FrameReader, ClosesTheDescriptorOfAFrameThatNeverEnds) {
    const std::size_t before = open_descriptors();
    {
        FrameReader reader;
        reader.add_descriptor(some_descriptor());
        feed(reader, std::span<const std::byte>(frame_of(10, 1, 1)).first(20));
        EXPECT_TRUE(take_all(reader).empty());
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(FrameReader, BuysAHeaderThatAnnouncesTheLargestFrameLittleMemory) {
    FrameReader reader;
    feed(reader, std::span<const std::byte>(frame_of(kMaxFrameBytes, 1)).first(kHeaderBytes));
    EXPECT_TRUE(take_all(reader).empty());
    EXPECT_LE(reader.writable().size(), std::size_t{64u << 10});
}

TEST(FrameReader, TakesALargeFrameInFewReads) {
    FrameReader reader;
    const Bytes bytes = frame_of(kMaxFrameBytes, 1);
    std::size_t reads = 0;
    for (std::span<const std::byte> rest = bytes; !rest.empty(); ++reads) {
        const std::span<std::byte> room = reader.writable();
        const std::size_t count = std::min(room.size(), rest.size());
        std::copy_n(rest.begin(), count, room.begin());
        reader.commit(count);
        rest = rest.subspan(count);
    }
    EXPECT_LE(reads, 7U);
    EXPECT_EQ(take_all(reader), std::vector{1});
}

TEST(FrameReader, GivesBackTheMemoryOfALargeFrame) {
    FrameReader reader;
    feed(reader, frame_of(kMaxFrameBytes, 1));
    EXPECT_EQ(take_all(reader), std::vector{1});
    EXPECT_LE(reader.writable().size(), std::size_t{4096});
}

TEST(FrameReader, DoesNotGrowWithTheNumberOfFrames) {
    FrameReader reader;
    const Bytes bytes = frame_of(1000, 1);
    std::size_t most = 0;
    for (int i = 0; i < 1000; ++i) {
        feed(reader, bytes);
        most = std::max(most, reader.writable().size());
        ASSERT_EQ(take_all(reader), std::vector{1});
    }
    EXPECT_LE(most, std::size_t{8192});
}

TEST(FrameHeader, LiesInItsSixteenBytesAsDocumented) {
    std::array<std::byte, kHeaderBytes> bytes;
    ipc::write_header({0x04030201, static_cast<MessageType>(0x0605), 0x0807, 0x100f0e0d0c0b0a09},
                      bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        EXPECT_EQ(std::to_integer<std::size_t>(bytes[i]), i + 1);
    const ipc::FrameHeader back = ipc::read_header(bytes);
    EXPECT_EQ(back.length, 0x04030201U);
    EXPECT_EQ(static_cast<unsigned>(back.type), 0x0605U);
    EXPECT_EQ(back.flags, 0x0807U);
    EXPECT_EQ(back.request, 0x100f0e0d0c0b0a09U);
}

}  // namespace
}  // namespace samovar::tests
