// Answers on their way out, some of which are finished by other threads.

#include "daemon/worker/answer_line.hpp"

#include <gmock/gmock.h>

#include <future>
#include <memory>

namespace samovar::worker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AnswersInLine : public testing::Test {
  protected:
    // What the daemon has got so far.
    std::vector<std::uint64_t> sent() {
        const std::lock_guard lock(guard_);
        return sent_;
    }
    void add(std::uint64_t request) { line_.add({request, ipc::JobDone{}}); }
    void add(std::uint64_t request, AnswerLine::Finish finish) {
        line_.add({request, std::nullopt, std::move(finish)});
    }
    // A job whose rest is not done before this is.
    AnswerLine::Finish after(std::promise<void>& gate) {
        return [opened = gate.get_future().share()]() -> Result<ipc::JobDone> {
            opened.wait();
            return ipc::JobDone{};
        };
    }

    std::mutex guard_;
    std::vector<std::uint64_t> sent_;
    std::vector<Errc> errors_;
    std::vector<std::thread::id> senders_;
    std::function<void()> on_send_ = [] {};
    AnswerLine line_{[this](std::uint64_t request, const Result<ipc::JobDone>& answer) {
                         on_send_();
                         const std::lock_guard lock(guard_);
                         sent_.push_back(request);
                         errors_.push_back(answer ? Errc::ok : answer.error().code);
                         senders_.push_back(std::this_thread::get_id());
                     },
                     2};
};

TEST_F(AnswersInLine, that_have_none_before_them_are_sent_at_once_by_the_caller) {
    add(1);
    add(2);
    EXPECT_THAT(sent(), ElementsAre(1, 2));
    EXPECT_THAT(senders_, testing::Each(std::this_thread::get_id()));
}

TEST_F(AnswersInLine, wait_for_those_before_them) {
    std::promise<void> gate;
    add(1, after(gate));
    add(2);
    add(3);
    EXPECT_THAT(sent(), IsEmpty());
    gate.set_value();
    line_.drain();
    EXPECT_THAT(sent(), ElementsAre(1, 2, 3));
}

TEST_F(AnswersInLine, keep_their_order_whichever_is_finished_first) {
    std::promise<void> first, second;
    add(1, after(first));
    add(2, [&]() -> Result<ipc::JobDone> {
        second.set_value();
        return ipc::JobDone{};
    });
    second.get_future().wait();  // both are at work
    EXPECT_THAT(sent(), IsEmpty());
    first.set_value();
    line_.drain();
    EXPECT_THAT(sent(), ElementsAre(1, 2));
}

TEST_F(AnswersInLine, are_more_than_the_threads_that_finish_them) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t request = 1; request <= 50; ++request) {
        add(request, [] { return ipc::JobDone{}; });
        all.push_back(request);
    }
    line_.drain();
    EXPECT_EQ(sent(), all);
}

TEST_F(AnswersInLine, may_be_errors) {
    add(1, []() -> Result<ipc::JobDone> { return Error{Errc::output_too_small, "", "", 7, 0}; });
    line_.drain();
    EXPECT_THAT(errors_, ElementsAre(Errc::output_too_small));
}

TEST_F(AnswersInLine, hold_nothing_any_more_when_they_are_sent) {
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = held;
    bool gone = false;
    on_send_ = [&] { gone = watched.expired(); };
    add(1, [held = std::move(held)] { return ipc::JobDone{}; });
    line_.drain();
    EXPECT_TRUE(gone);
}

TEST_F(AnswersInLine, are_sent_at_once_again_when_the_line_is_empty) {
    add(1, [] { return ipc::JobDone{}; });
    line_.drain();
    add(2);
    EXPECT_THAT(sent(), ElementsAre(1, 2));
    EXPECT_EQ(senders_.back(), std::this_thread::get_id());
}

}  // namespace
}  // namespace samovar::worker
