// What holds for every message: round trips, golden bytes, and that nothing but the whole message
// decodes.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/golden.hpp"
#include "tests/support/specimens.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::kHeaderBytes;

template <class List>
struct AsGtestTypes;
template <class... Messages>
struct AsGtestTypes<MessageList<Messages...>> {
    using Type = testing::Types<Messages...>;
};
template <class... A, class... B>
MessageList<A..., B...> operator+(MessageList<A...>, MessageList<B...>);
using OfSession = decltype(FromClient() + FromDaemon());
using All = decltype(OfSession() + OfWorker());

struct NameOfMessage {
    template <class Message>
    static std::string GetName(int) {
        return std::string(to_string(Message::kType));
    }
};

template <class Message>
class EveryMessage : public testing::Test {
  protected:
    EveryMessage() : frame(specimen_frame<Message>()) {}
    std::span<const std::byte> body() const { return std::span(frame).subspan(kHeaderBytes); }
    Bytes frame;
};
TYPED_TEST_SUITE(EveryMessage, AsGtestTypes<All>::Type, NameOfMessage);

TYPED_TEST(EveryMessage, DecodesToWhatWasEncoded) {
    const auto decoded = ipc::decode<TypeParam>(this->body());
    ASSERT_TRUE(decoded) << decoded.error().message;
    const auto again = ipc::encode(*decoded, kSpecimenRequest, descriptors_of(TypeParam::kType));
    ASSERT_TRUE(again);
    EXPECT_EQ(to_hex(*again), to_hex(this->frame));
}

TYPED_TEST(EveryMessage, IsRefusedWhenCutAtAnyByte) {
    for (std::size_t length = 0; length < this->body().size(); ++length) {
        const auto decoded = ipc::decode<TypeParam>(this->body().first(length));
        ASSERT_FALSE(decoded) << "cut at byte " << length;
        EXPECT_EQ(decoded.error().code, Errc::protocol);
    }
}

TYPED_TEST(EveryMessage, IsRefusedWithABytePastItsEnd) {
    this->frame.push_back(std::byte{0});
    const auto decoded = ipc::decode<TypeParam>(this->body());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "malformed " + std::string(to_string(TypeParam::kType)) +
                                           ": bytes follow the end of the message");
}

TYPED_TEST(EveryMessage, IsRefusedWithAnotherByteOrderMark) {
    for (const unsigned mark : {0U, 2U, 255U}) {
        this->frame[kHeaderBytes] = static_cast<std::byte>(mark);
        EXPECT_FALSE(ipc::decode<TypeParam>(this->body())) << mark;
    }
}

// Golden bytes of the session's protocol: what version 1 put on the wire, for ever.
template <class Message>
class GoldenBytes : public testing::Test {
  protected:
    std::string name{to_string(Message::kType)};
};
TYPED_TEST_SUITE(GoldenBytes, AsGtestTypes<OfSession>::Type, NameOfMessage);

// On a difference the bytes that were made are left in the build folder: a new message's become its
// golden file, an old message's must not have changed.
void leave_in_build_folder(const std::string& name, const Bytes& frame) {
    std::filesystem::create_directories("golden");
    std::ofstream("golden/" + name + ".hex") << to_hex(frame);
}

TYPED_TEST(GoldenBytes, AreWhatIsSent) {
    const Bytes made = specimen_frame<TypeParam>();
    Bytes golden;
    try {
        golden = golden_frame(this->name);
    } catch (const std::runtime_error& fault) {
        ADD_FAILURE() << fault.what();
    }
    if (made != golden) leave_in_build_folder(this->name, made);
    EXPECT_EQ(to_hex(made), to_hex(golden));
}

TYPED_TEST(GoldenBytes, AreUnderstood) {
    const Bytes golden = golden_frame(this->name);
    ipc::FrameReader reader;
    std::ranges::copy(golden, reader.writable().begin());
    reader.commit(golden.size());
    for (unsigned i = 0; i < descriptors_of(TypeParam::kType); ++i)
        reader.add_descriptor(ipc::UniqueFd(::dup(0)));

    Result<std::optional<ipc::Frame>> frame = reader.take();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->header.type, TypeParam::kType);
    EXPECT_EQ((*frame)->header.request, kSpecimenRequest);
    const auto decoded = ipc::decode<TypeParam>((*frame)->body);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(ipc::encode(*decoded, kSpecimenRequest, descriptors_of(TypeParam::kType)).value(),
              golden);
}

TEST(GoldenFiles, AreOneForEachMessageAndNoMore) {
    std::size_t files = 0, messages = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(SAMOVAR_TEST_DATA "/golden/v1"))
        ++files;
    for_each(OfSession(), [&messages](auto) { ++messages; });
    EXPECT_EQ(files, messages);
}

TEST(MessageTypes, HaveANameEach) {
    for_each(All(),
             [](auto type) { EXPECT_NE(to_string(decltype(type)::type::kType), "unknown"); });
    EXPECT_EQ(to_string(static_cast<ipc::MessageType>(9999)), "unknown");
}

}  // namespace
}  // namespace samovar::tests
