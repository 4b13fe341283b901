// The next batch, made ready by another thread.

#include "daemon/worker/stager.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <future>
#include <thread>

namespace samovar::worker {
namespace {

using testing::ElementsAre;

// Requests of a batch, in their order.
using Requests = std::vector<std::uint64_t>;

class Staging : public testing::Test {
  protected:
    ~Staging() override {
        stager_.stop();
        thread_.join();
    }
    void send(std::uint64_t request, std::uint32_t followers = 0) {
        ipc::RunJob job;
        job.followers = followers;
        const ipc::Bytes frame = ipc::encode(job, request).value();
        ipc::send_all(daemon_.get(), frame).value();
    }
    static Requests requests_of(const TakenBatch& batch) {
        Requests requests;
        for (const TakenJob& job : batch)
            requests.push_back(job.request);
        return requests;
    }
    Requests read_by_itself() { return requests_of(intake_.next(ipc::Wait::yes).value()); }

    static std::array<int, 2> sockets() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
            throw std::runtime_error("socketpair");
        return ends;
    }

    const std::array<int, 2> ends_ = sockets();
    ipc::UniqueFd daemon_{ends_[0]}, worker_{ends_[1]};
    Outbox answers_{worker_.get()};
    Intake intake_{worker_.get(), answers_};
    std::promise<void> begun_;
    std::shared_future<void> goes_on_ = std::async(std::launch::deferred, [] {}).share();
    Stager<Requests> stager_{intake_, [this](const TakenBatch& batch) {
                                 begun_.set_value();
                                 goes_on_.wait();
                                 return requests_of(batch);
                             }};
    std::thread thread_{[this] { stager_.run(); }};
};

TEST_F(Staging, is_done_while_another_batch_runs) {
    stager_.begin();
    send(7, 1);
    send(8);
    begun_.get_future().wait();
    EXPECT_THAT(stager_.end().value(), ElementsAre(7, 8));
}

TEST_F(Staging, gives_the_socket_back_where_nothing_came) {
    stager_.begin();
    EXPECT_FALSE(stager_.end());
    send(7);
    EXPECT_THAT(read_by_itself(), ElementsAre(7));
}

TEST_F(Staging, keeps_the_part_of_a_batch_that_has_come) {
    stager_.begin();
    send(7, 1);
    EXPECT_FALSE(stager_.end());
    send(8);
    EXPECT_THAT(read_by_itself(), ElementsAre(7, 8));
}

TEST_F(Staging, is_waited_for_where_it_has_begun) {
    std::promise<void> may_end;
    goes_on_ = may_end.get_future().share();
    stager_.begin();
    send(7);
    begun_.get_future().wait();
    auto ended = std::async(std::launch::async, [this] { return stager_.end(); });
    may_end.set_value();
    EXPECT_THAT(ended.get().value(), ElementsAre(7));
}

TEST_F(Staging, makes_one_batch_ready_and_leaves_the_next_in_the_socket) {
    stager_.begin();
    send(7);
    begun_.get_future().wait();
    send(8);
    EXPECT_THAT(stager_.end().value(), ElementsAre(7));
    EXPECT_THAT(read_by_itself(), ElementsAre(8));
}

TEST_F(Staging, begins_again_after_each_end) {
    for (int i = 0; i < 100; ++i) {
        stager_.begin();
        EXPECT_FALSE(stager_.end());
    }
    stager_.begin();
    send(7);
    begun_.get_future().wait();
    EXPECT_THAT(stager_.end().value(), ElementsAre(7));
}

TEST_F(Staging, leaves_what_is_no_job_to_nobody) {
    stager_.begin();
    const ipc::Bytes frame = ipc::encode(ipc::WorkerHealth{}, 5).value();
    ipc::send_all(daemon_.get(), frame).value();
    send(7);
    begun_.get_future().wait();
    EXPECT_THAT(stager_.end().value(), ElementsAre(7));
    ipc::FrameReader reader;
    ipc::receive(daemon_.get(), reader, ipc::Wait::yes).value();
    const ipc::Frame answer = reader.take().value().value();
    EXPECT_EQ(answer.header.request, 5U);
    EXPECT_EQ(ipc::decode<ipc::ErrorReply>(answer.body)->error.code, Errc::protocol);
}

}  // namespace
}  // namespace samovar::worker
