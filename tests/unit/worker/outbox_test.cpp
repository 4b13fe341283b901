// The sending side of a socket to the daemon: alone, and together.

#include "daemon/worker/outbox.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "ipc/os/socket_io.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::worker {
namespace {

class Sending : public testing::Test {
  protected:
    void answer(std::uint64_t request) { outbox_.send(ipc::Ok{}, request); }
    // The requests of the answers that are there.
    std::string arrived() {
        ipc::FrameReader reader;
        std::string requests;
        while (*ipc::receive(pair_.there.get(), reader, ipc::Wait::no) == ipc::ReadStatus::data)
            for (auto frame = reader.take(); *frame; frame = reader.take())
                requests += std::to_string((*frame)->header.request) + " ";
        return requests;
    }

    tests::SocketPair pair_;
    Outbox outbox_{pair_.here.get()};
};

TEST_F(Sending, is_at_once) {
    answer(1);
    EXPECT_EQ(arrived(), "1 ");
}

TEST_F(Sending, is_at_the_end_of_what_goes_together) {
    {
        const Outbox::Together batch(outbox_);
        answer(1);
        {
            const Outbox::Together within(outbox_);
            outbox_.fail({Errc::cancelled, "left out", "", 0, 0}, 2);
        }
        EXPECT_EQ(arrived(), "");
        answer(3);
    }
    EXPECT_EQ(arrived(), "1 2 3 ");
    answer(4);
    EXPECT_EQ(arrived(), "4 ");
}

TEST_F(Sending, holds_no_more_than_a_socket_takes) {
    const Outbox::Together batch(outbox_);
    ipc::JobDone large;
    large.outputs.resize(1);
    large.outputs.front().data.resize(kMaxInlineBytes);
    std::string requests;
    for (std::uint64_t request = 1; requests.empty() && request < 64; ++request) {
        outbox_.send(large, request);
        requests = arrived();
    }
    EXPECT_NE(requests, "");
}

}  // namespace
}  // namespace samovar::worker
