// Messages that were made to hurt: every count, truth value and length replaced by a lie. A decoder
// refuses them, or they were honest by accident and encode to the same bytes; in neither case may
// it allocate more than a frame could have held.

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/golden.hpp"
#include "tests/support/specimens.hpp"
#include "tests/unit/ipc/allocations.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::kHeaderBytes;

// What a structure may weigh in memory for each byte that it takes on the wire: an axis of 24 bytes
// becomes 48, and a vector that grows holds the old and the new half.
constexpr std::size_t kSwelling = 16;
constexpr std::size_t kSmallChange = 4096;

template <class Message>
void expect_refused_or_honest(std::span<const std::byte> body, const std::string& what) {
    forget_allocations();
    const auto decoded = ipc::decode<Message>(body);
    EXPECT_LE(largest_allocation(), kSwelling * body.size() + kSmallChange) << what;
    if (!decoded) {
        EXPECT_EQ(decoded.error().code, Errc::protocol) << what;
        return;
    }
    const Bytes again = ipc::encode(*decoded, 0).value();
    EXPECT_EQ(to_hex(std::span(again).subspan(kHeaderBytes)), to_hex(body)) << what;
}

TEST(HostileMessage, IsRefusedOrHonestWithALieAtAnyByte) {
    const auto lie_everywhere = [](auto type) {
        using Message = typename decltype(type)::type;
        const Bytes frame = specimen_frame<Message>();
        const Bytes honest(frame.begin() + kHeaderBytes, frame.end());
        for (const std::uint64_t lie :
             {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 32,
              std::uint64_t{1} << 20, std::uint64_t{65}, std::uint64_t{16}}) {
            for (std::size_t at = 1; at + sizeof lie <= honest.size(); ++at) {
                Bytes body = honest;
                std::memcpy(body.data() + at, &lie, sizeof lie);
                expect_refused_or_honest<Message>(body, std::string(to_string(Message::kType)) +
                                                            " " + std::to_string(lie) +
                                                            " at byte " + std::to_string(at));
            }
        }
    };
    for_each(FromClient(), lie_everywhere);
    for_each(FromDaemon(), lie_everywhere);
    for_each(OfWorker(), lie_everywhere);
}

TEST(HostileMessage, IsRefusedOrHonestWithAnyByteChanged) {
    const auto change_each = [](auto type) {
        using Message = typename decltype(type)::type;
        const Bytes frame = specimen_frame<Message>();
        Bytes body(frame.begin() + kHeaderBytes, frame.end());
        for (std::size_t at = 0; at < body.size(); ++at) {
            for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
                body[at] ^= static_cast<std::byte>(change);
                expect_refused_or_honest<Message>(body, std::string(to_string(Message::kType)) +
                                                            " at byte " + std::to_string(at));
                body[at] ^= static_cast<std::byte>(change);
            }
        }
    };
    for_each(FromClient(), change_each);
    for_each(FromDaemon(), change_each);
    for_each(OfWorker(), change_each);
}

// A Submit whose fields before the count are honest: an empty model name, then `count` inputs.
Bytes submit_with_inputs(std::uint64_t count, std::size_t bytes_that_follow) {
    Bytes body{ipc::kLittleEndian};
    body.resize(body.size() + 8);
    const std::size_t at = body.size();
    body.resize(at + 8 + bytes_that_follow);
    std::memcpy(body.data() + at, &count, sizeof count);
    return body;
}

TEST(HostileMessage, WithMoreElementsThanAllowedSaysTheLimit) {
    const auto decoded = ipc::decode<ipc::Submit>(submit_with_inputs(16, 100));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message,
              "malformed submit: a count of 16 where at most 15 are allowed");
}

TEST(HostileMessage, WithMoreElementsThanBytesIsRefusedBeforeRoomIsMadeForThem) {
    forget_allocations();
    const auto decoded = ipc::decode<ipc::Submit>(submit_with_inputs(15, 14));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message,
              "malformed submit: a count that is larger than the bytes that follow");
    EXPECT_LT(largest_allocation(), 2 * sizeof(ipc::InputTensor));
}

TEST(HostileMessage, NineBytesThatClaimEightExabytesCostNothing) {
    Bytes body(9, std::byte{0xff});
    body[0] = ipc::kLittleEndian;
    forget_allocations();
    EXPECT_FALSE(ipc::decode<ipc::DescribeModel>(body));
    EXPECT_FALSE(ipc::decode<ipc::ModelList>(body));
    EXPECT_LT(largest_allocation(), std::size_t{1024});
}

TEST(HostileMessage, WithATruthValueOfTwoIsRefused) {
    Bytes frame = specimen_frame<ipc::Submit>();
    std::byte& no_cache = frame.back();
    ASSERT_EQ(no_cache, std::byte{1});
    no_cache = std::byte{2};
    const auto decoded = ipc::decode<ipc::Submit>(std::span(frame).subspan(kHeaderBytes));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "malformed submit: a truth value is neither 0 nor 1");
}

TEST(HostileMessage, WithANumberThatNoEnumHasIsLeftToTheReceiver) {
    Bytes frame = specimen_frame<ipc::ErrorReply>();
    frame[kHeaderBytes + 1] = std::byte{0xe7};
    const auto decoded = ipc::decode<ipc::ErrorReply>(std::span(frame).subspan(kHeaderBytes));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(to_string(decoded->error.code), "unknown");
}

TEST(HostileMessage, ThatIsTooLargeForItsFieldIsNotSentEither) {
    ipc::DescribeModel request{std::string(kMaxNameBytes + 1, 'x')};
    const auto frame = ipc::encode(request, 1);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().message,
              "cannot send describe_model: a field is longer than its limit");
}

}  // namespace
}  // namespace samovar::tests
