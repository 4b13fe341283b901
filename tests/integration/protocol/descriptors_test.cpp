// Descriptors that a client sends: too few, too many, the wrong ones. None stays in the daemon.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "ipc/os/segment.hpp"
#include "tests/integration/protocol/bystander.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using ipc::Bytes;
using ipc::ResumeChannel;
using ipc::UniqueFd;
using testing::HasSubstr;

constexpr std::uint64_t kBytes = 16 * ipc::kPageBytes;

class PassedDescriptors : public WithBystander {};

TEST_F(PassedDescriptors, OfAResumeMakeAChannelOfTheSession) {
    const UniqueFd memfd = ipc::create_segment(kBytes).value();
    TestClient client = connect();
    const Answer answer = client.call(ResumeChannel{kBytes}, memfd.get());
    const auto opened = answer.as<ipc::ChannelOpened>();
    EXPECT_NE(opened.channel, 0U);
    EXPECT_EQ(opened.bytes, kBytes);
    EXPECT_FALSE(answer.descriptor);
    EXPECT_EQ(accounts().channels, before.channels + 1);
    client.get<ipc::Ok>(ipc::CloseChannel{opened.channel});
    EXPECT_EQ(accounts().channels, before.channels);
}

TEST_F(PassedDescriptors, ThatAreMissingAreNamed) {
    TestClient client = connect();
    const Error error =
        expect_refused(client, client.call(ResumeChannel{kBytes}), Errc::bad_descriptor);
    EXPECT_THAT(error.message, HasSubstr("without its memfd"));
}

TEST_F(PassedDescriptors, ThatAreAnnouncedAndDoNotComeEndTheSession) {
    TestClient client = connect();
    client.send_bytes(ipc::encode(ResumeChannel{kBytes}, 1, 1).value());
    EXPECT_EQ(expect_cut_off(client).message, "a frame came without its descriptor");
}

TEST_F(PassedDescriptors, ThatNoFrameAnnouncesEndTheSession) {
    TestClient client = connect();
    client.send_bytes(ipc::encode(ipc::Ping{}, 1).value(), 0);
    EXPECT_EQ(expect_cut_off(client).message, "a descriptor came with a frame that announces none");
}

TEST_F(PassedDescriptors, WithARequestThatTakesNoneEndTheSession) {
    TestClient client = connect();
    client.send(ipc::Ping{}, 1, 0);
    EXPECT_EQ(expect_cut_off(client).message, "a ping carries no descriptor");
}

TEST_F(PassedDescriptors, ByTheHundredAreAllClosed) {
    for (const std::size_t count : {std::size_t{2}, std::size_t{253}}) {
        TestClient client = connect();
        const Bytes frame = ipc::encode(ResumeChannel{kBytes}, 1, 1).value();
        ASSERT_EQ(send_descriptors(client.fd(), frame, std::vector<int>(count, 0)),
                  static_cast<ssize_t>(frame.size()));
        EXPECT_EQ(expect_cut_off(client).message, "more than one descriptor came with a frame");
    }
}

TEST_F(PassedDescriptors, OfManyFramesThatEndNowhereAreAllClosed) {
    for (int i = 0; i < 20; ++i) {
        TestClient client = connect();
        const Bytes frame = ipc::encode(ResumeChannel{kBytes}, 1, 1).value();
        client.send_bytes(std::span(frame).first(10), 0);
    }
}

TEST_F(PassedDescriptors, ThatAreNoMemfdAreRefused) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd read_end(ends[0]), write_end(ends[1]);
    const UniqueFd folder(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    TestClient client = connect();
    for (const int fd : {read_end.get(), folder.get(), zero.get(), client.fd()}) {
        const Error error =
            expect_refused(client, client.call(ResumeChannel{kBytes}, fd), Errc::bad_descriptor);
        EXPECT_EQ(error.message, "the descriptor is no memfd");
        EXPECT_THAT(error.hint, HasSubstr("F_SEAL_SHRINK"));
    }
}

TEST_F(PassedDescriptors, OfMemfdsThatCouldHurtAWorkerAreRefused) {
    TestClient client = connect();
    const auto refusal = [&](const UniqueFd& fd) {
        return expect_refused(client, client.call(ResumeChannel{kBytes}, fd.get()),
                              Errc::bad_descriptor)
            .message;
    };
    const auto memfd = [](int seals, bool allocated) {
        UniqueFd fd(::memfd_create("foreign", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        EXPECT_EQ(allocated ? ::fallocate(fd.get(), 0, 0, kBytes) : ::ftruncate(fd.get(), kBytes),
                  0);
        EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, seals), 0);
        return fd;
    };
    constexpr int kFixed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    EXPECT_EQ(refusal(memfd(0, true)), "the memfd is not sealed");
    EXPECT_EQ(refusal(memfd(F_SEAL_SHRINK | F_SEAL_GROW, true)), "the memfd is not sealed");
    EXPECT_EQ(refusal(memfd(kFixed | F_SEAL_WRITE, true)), "the memfd is sealed against writing");
    EXPECT_EQ(refusal(memfd(kFixed, false)), "the memfd is not allocated in full");
    const UniqueFd larger = ipc::create_segment(2 * kBytes).value();
    EXPECT_EQ(refusal(larger), "the memfd has 131072 bytes where 65536 were announced");
}

}  // namespace
}  // namespace samovar::tests
