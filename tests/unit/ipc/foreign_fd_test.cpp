// Descriptors of a peer that would hang whoever closes them.

#include "ipc/os/foreign_fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "ipc/os/socket_io.hpp"
#include "ipc/wire/messages.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/waiting.hpp"

namespace samovar::tests {
namespace {

using ipc::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLinger{1000};

// A TCP socket whose peer does not read, with bytes on their way: closing it takes kLinger.
class LingeringSocket {
  public:
    LingeringSocket() {
        const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener.get(), generic, size), 0);
        EXPECT_EQ(::listen(listener.get(), 1), 0);
        EXPECT_EQ(::getsockname(listener.get(), generic, &size), 0);
        sender_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(sender_.get(), generic, size), 0);
        silent_.reset(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const linger lingering{1, static_cast<int>(kLinger.count() / 1000)};
        EXPECT_EQ(::setsockopt(sender_.get(), SOL_SOCKET, SO_LINGER, &lingering, sizeof lingering),
                  0);
        const std::vector<char> much(1u << 20);
        while (::send(sender_.get(), much.data(), much.size(), MSG_DONTWAIT) > 0) {
        }
    }
    UniqueFd take() { return std::move(sender_); }

  private:
    UniqueFd sender_, silent_;
};

Clock::duration time_to(const auto& work) {
    const Clock::time_point start = Clock::now();
    work();
    return Clock::now() - start;
}

TEST(IsPidfd, knows_a_process_from_everything_else) {
    const UniqueFd own(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    const UniqueFd folder(::open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(ipc::is_pidfd(own.get()));
    EXPECT_FALSE(ipc::is_pidfd(folder.get())) << "it cannot be waited for";
    EXPECT_FALSE(ipc::is_pidfd(null.get()));
    EXPECT_FALSE(ipc::is_pidfd(-1));
}

TEST(ForeignDescriptor, CanHangWhoeverClosesIt) {
    LingeringSocket lingering;
    UniqueFd fd = lingering.take();
    EXPECT_GE(time_to([&fd] { fd.reset(); }), kLinger / 2);
}

TEST(ForeignDescriptor, DoesNotHangWhoeverReceivesIt) {
    const std::size_t before = open_descriptors();
    {
        LingeringSocket lingering;
        SocketPair pair;
        UniqueFd fd = lingering.take();
        ASSERT_TRUE(ipc::send_all(pair.there.get(),
                                  ipc::encode(ipc::ResumeChannel{1}, 1, 1).value(), fd.get()));
        fd.reset();  // now the one on its way is the last
        ipc::FrameReader reader;
        EXPECT_LT(time_to([&] {
                      ASSERT_TRUE(ipc::receive(pair.here.get(), reader, ipc::Wait::no));
                      Result<std::optional<ipc::Frame>> frame = reader.take();
                      ASSERT_TRUE(frame && *frame && (*frame)->descriptor);
                      EXPECT_FALSE(ipc::is_memfd((*frame)->descriptor.get()));
                  }),
                  kLinger / 2);
    }
    EXPECT_TRUE(wait_until([before] { return open_descriptors() <= before; }));
}

TEST(ForeignDescriptor, IsExchangedForOneThatIsOfNoUse) {
    UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    const int number = zero.get();
    const UniqueFd stand_in = ipc::exchange_for_stand_in(std::move(zero));
    EXPECT_TRUE(stand_in);
    EXPECT_FALSE(ipc::is_memfd(stand_in.get()));
    EXPECT_EQ(::fcntl(stand_in.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_TRUE(wait_until([number] { return target_of(number) != "/dev/zero"; }));
}

TEST(ForeignDescriptor, IsAnythingButAMemfd) {
    EXPECT_TRUE(ipc::is_memfd(UniqueFd(::memfd_create("x", MFD_CLOEXEC)).get()));
    EXPECT_FALSE(ipc::is_memfd(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)).get()));
    EXPECT_FALSE(ipc::is_memfd(-1));
}

}  // namespace
}  // namespace samovar::tests
