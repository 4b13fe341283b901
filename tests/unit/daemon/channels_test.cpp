// Channels, and the account of who holds how much.

#include "daemon/sessions/channels.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ipc/os/segment.hpp"
#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

constexpr uid_t kAnna = 1000, kBert = 1001;
constexpr std::uint64_t kMiB = 1u << 20;

class Channels : public testing::Test {
  protected:
    Result<ChannelPtr> create(std::uint64_t bytes, uid_t uid = kAnna) {
        return loop_.run(table_.create(owner(uid), bytes));
    }

    ChannelOwner owner(uid_t uid) const { return {uid, {limit_, "everyone.channels"}}; }

    std::uint64_t limit_ = kMaxChannelBytesPerUser;
    tests::Loop loop_;
    asio::thread_pool helper_{1};
    ChannelTable table_{helper_};
};

TEST_F(Channels, have_whole_pages_and_ids_of_their_own) {
    const auto a = create(1), b = create(4097);
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*a)->bytes(), 4096U);
    EXPECT_EQ((*b)->bytes(), 8192U);
    EXPECT_NE((*a)->id(), (*b)->id());
    EXPECT_NE((*a)->id(), 0U);
    EXPECT_TRUE(ipc::check_segment((*b)->fd(), 8192));
    EXPECT_EQ(table_.count(), 2U);
    EXPECT_EQ(table_.bytes(), 12288U);
}

TEST_F(Channels, that_are_large_are_made_by_the_helper_thread) {
    const auto channel = create(5 * kMiB);
    ASSERT_TRUE(channel);
    EXPECT_TRUE(ipc::check_segment((*channel)->fd(), 5 * kMiB));
}

TEST_F(Channels, of_no_size_or_too_much_are_refused_with_the_limit) {
    for (const std::uint64_t bytes : {std::uint64_t{0}, kMaxChannelBytes + 1, ~std::uint64_t{0}}) {
        const auto refused = create(bytes);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::invalid_argument);
        EXPECT_THAT(refused.error().message, HasSubstr(std::to_string(kMaxChannelBytes)));
    }
    EXPECT_EQ(table_.bytes(), 0U);
}

TEST_F(Channels, give_their_bytes_back_when_the_last_holder_lets_go) {
    std::vector<std::uint32_t> gone;
    table_.on_gone = [&](std::uint32_t id) { gone.push_back(id); };
    auto channel = *create(4096);
    const std::uint32_t id = channel->id();
    const int fd = channel->fd();
    ChannelPtr other = channel;
    channel.reset();
    EXPECT_EQ(table_.count(), 1U);
    EXPECT_TRUE(gone.empty());
    other.reset();
    EXPECT_EQ(table_.count(), 0U);
    EXPECT_EQ(table_.bytes(), 0U);
    EXPECT_EQ(gone, std::vector{id});
    EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

// Adopted memfds cost the test no memory: the account is asked before the descriptor is looked at,
// and a charge is given back where the descriptor is refused.
TEST_F(Channels, charge_each_user_up_to_the_last_byte_of_the_quota) {
    std::vector<Charge> charges;
    std::vector<ChannelPtr> held;
    const auto room = [&](uid_t uid, std::uint64_t bytes) {
        const auto answer = table_.adopt(owner(uid), bytes, ipc::UniqueFd());
        return answer.error().code != Errc::quota;
    };
    held.push_back(*create(4096));
    EXPECT_TRUE(room(kAnna, kMaxChannelBytes));
    EXPECT_TRUE(room(kAnna, kMaxChannelBytes));
    EXPECT_EQ(table_.bytes(), 4096U);
    static_assert(kMaxChannelBytesPerUser == 2 * kMaxChannelBytes);
}

TEST_F(Channels, over_the_limit_of_their_user_are_refused_with_the_rule) {
    limit_ = 3 * kMiB;
    const auto held = create(2 * kMiB);
    ASSERT_TRUE(held);
    EXPECT_TRUE(create(kMiB)) << "up to the last byte";
    const auto refused = create(2 * kMiB);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::quota);
    EXPECT_EQ(refused.error().message,
              "the channels of user 1000 would hold 4194304 bytes, where 3145728 are allowed: "
              "everyone.channels");
    EXPECT_TRUE(create(2 * kMiB, kBert)) << "another's";
    EXPECT_EQ(table_.bytes_of(kAnna), 2 * kMiB);
}

TEST_F(Channels, that_were_opened_before_their_limit_fell_stay) {
    const auto held = create(2 * kMiB);
    limit_ = kMiB;
    EXPECT_EQ(create(4096).error().code, Errc::quota);
    EXPECT_EQ(table_.bytes_of(kAnna), 2 * kMiB);
}

TEST_F(Channels, of_a_client_come_back_with_their_memfd) {
    auto memfd = ipc::create_segment(8192);
    const auto adopted = table_.adopt(owner(kAnna), 8192, std::move(*memfd));
    ASSERT_TRUE(adopted);
    EXPECT_EQ((*adopted)->bytes(), 8192U);
    EXPECT_EQ(table_.bytes(), 8192U);
}

TEST_F(Channels, are_not_adopted_where_the_descriptor_is_not_what_was_said) {
    const auto refusal = [&](std::uint64_t bytes, ipc::UniqueFd fd) {
        const auto adopted = table_.adopt(owner(kAnna), bytes, std::move(fd));
        EXPECT_FALSE(adopted);
        return adopted ? Errc::ok : adopted.error().code;
    };
    EXPECT_EQ(refusal(4096, std::move(*ipc::create_segment(8192))), Errc::bad_descriptor);
    EXPECT_EQ(refusal(4096, ipc::UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC))),
              Errc::bad_descriptor);
    EXPECT_EQ(refusal(4096, ipc::UniqueFd(::memfd_create("unsealed", MFD_CLOEXEC))),
              Errc::bad_descriptor);
    EXPECT_EQ(refusal(100, std::move(*ipc::create_segment(4096))), Errc::invalid_argument);
    EXPECT_EQ(refusal(0, std::move(*ipc::create_segment(4096))), Errc::invalid_argument);
    EXPECT_EQ(refusal(kMaxChannelBytes + 4096, std::move(*ipc::create_segment(4096))),
              Errc::invalid_argument);
    EXPECT_EQ(table_.bytes(), 0U);
    EXPECT_EQ(table_.count(), 0U);
}

TEST_F(Channels, of_one_user_leave_another_his_quota) {
    const auto anna = create(64 * kMiB, kAnna), bert = create(64 * kMiB, kBert);
    EXPECT_TRUE(anna && bert);
    EXPECT_EQ(table_.bytes(), 128 * kMiB);
}

}  // namespace
}  // namespace samovar::daemon
