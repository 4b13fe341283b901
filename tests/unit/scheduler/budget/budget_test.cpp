// What fits, who leaves for it, and who comes back.

#include "scheduler/budget/budget.hpp"

#include <gtest/gtest.h>

#include <string>

namespace samovar::scheduler {
namespace {

using namespace std::chrono_literals;

// A device of 100 bytes, with models that are named by letters.
class BudgetTest : public testing::Test {
  protected:
    static constexpr ModelId A = 'A', B = 'B', C = 'C', D = 'D';

    BudgetTest() {
        budget_.add_device();
        budget_.set_limit(0, 100, now_);
    }
    void add(ModelId model, Bytes bytes) { budget_.add(model, 0, bytes); }
    // A hot and idle model.
    void hot(ModelId model, Bytes bytes) {
        add(model, bytes);
        budget_.ask(model, true, now_);
        come(model);
        asked();
    }
    void come(ModelId model) {
        budget_.moved(model, Residency::loading, now_);
        budget_.moved(model, Residency::hot, now_);
    }
    // A load that finds too little memory.
    void run_out_with(ModelId model) {
        ask(model);
        budget_.moved(model, Residency::loading, now_);
        budget_.ran_out(model);
        budget_.moved(model, Residency::cold, now_);
    }
    // What it was told to do.
    std::string park(ModelId model) {
        budget_.moved(model, Residency::parking, now_);
        budget_.moved(model, Residency::parked, now_);
        return asked();
    }
    std::string unload(ModelId model) {
        budget_.moved(model, Residency::unloading, now_);
        budget_.moved(model, Residency::cold, now_);
        return asked();
    }
    std::string ask(ModelId model, bool to_yield = true) {
        budget_.ask(model, to_yield, now_);
        return asked();
    }
    std::string asked() {
        std::string words;
        for (const BudgetAction& action : budget_.take())
            words += (words.empty() ? "" : ", ") + std::visit(InWords{}, action);
        return words;
    }
    std::string wait(Duration time) {
        now_ += time;
        budget_.tick(now_);
        return asked();
    }

    struct InWords {
        static std::string name(ModelId id) { return std::string(1, static_cast<char>(id)); }
        std::string operator()(const Displace& a) const {
            return name(a.model) + " to " + std::string(to_string(a.to));
        }
        std::string operator()(const RoomMade& a) const { return "room for " + name(a.model); }
        std::string operator()(const NoRoom& a) const {
            const Shortage& s = a.shortage;
            return "no room for " + name(a.model) + ": wants " + std::to_string(s.wanted) + " of " +
                   std::to_string(s.limit) + ", pinned " + std::to_string(s.pinned) + ", busy " +
                   std::to_string(s.busy) + ", idle " + std::to_string(s.idle);
        }
        std::string operator()(const Restore& a) const { return name(a.model) + " back"; }
    };

    Budget budget_;
    Time now_ = Time{} + 1h;
};

TEST_F(BudgetTest, grants_what_fits_at_once) {
    add(A, 100);
    EXPECT_EQ(ask(A), "room for A");
    EXPECT_EQ(budget_.held(0), 100U) << "set aside before it loads";
}

TEST_F(BudgetTest, has_no_limit_until_it_is_given_one) {
    budget_.set_limit(0, kUnlimited, now_);
    add(A, 1u << 30);
    EXPECT_EQ(ask(A), "room for A");
}

TEST_F(BudgetTest, lets_an_idle_model_park_and_the_load_begin_when_it_is_gone) {
    hot(A, 60);
    add(B, 60);
    EXPECT_EQ(ask(B), "A to parked");
    budget_.moved(A, Residency::parking, now_);
    EXPECT_EQ(asked(), "") << "its bytes are still there";
    budget_.moved(A, Residency::parked, now_);
    EXPECT_EQ(asked(), "room for B");
}

TEST_F(BudgetTest, lets_leave_what_is_worth_least) {
    hot(A, 40);
    hot(B, 40);
    budget_.job_came(A, now_);
    budget_.job_ended(A, now_);
    add(C, 40);
    EXPECT_EQ(ask(C), "B to parked");
}

TEST_F(BudgetTest, unloads_what_cannot_park) {
    hot(A, 60);
    budget_.set_can_park(A, false);
    add(B, 60);
    EXPECT_EQ(ask(B), "A to cold");
}

TEST_F(BudgetTest, never_takes_a_pinned_model_and_says_what_it_holds) {
    hot(A, 60);
    budget_.set_pinned(A, true, now_);
    hot(B, 20);
    add(C, 60);
    EXPECT_EQ(ask(C), "no room for C: wants 60 of 100, pinned 60, busy 0, idle 20");
}

TEST_F(BudgetTest, moves_nobody_for_what_would_not_fit_even_then) {
    hot(A, 60);
    add(B, 101);
    EXPECT_EQ(ask(B), "no room for B: wants 101 of 100, pinned 0, busy 0, idle 60");
}

TEST_F(BudgetTest, waits_for_a_model_that_works) {
    hot(A, 60);
    budget_.job_came(A, now_);
    add(B, 60);
    EXPECT_EQ(ask(B), "");
    budget_.job_ended(A, now_);
    EXPECT_EQ(asked(), "A to parked");
}

TEST_F(BudgetTest, refuses_when_a_model_works_for_too_long) {
    hot(A, 60);
    budget_.job_came(A, now_);
    add(B, 60);
    ask(B);
    EXPECT_EQ(budget_.next_tick(), now_ + Budget::kPatience);
    EXPECT_EQ(wait(Budget::kPatience), "no room for B: wants 60 of 100, pinned 0, busy 60, idle 0");
    EXPECT_EQ(budget_.next_tick(), std::nullopt);
}

TEST_F(BudgetTest, lets_idle_models_stay_for_a_load_that_they_need_not_yield_to) {
    hot(A, 60);
    add(B, 60);
    EXPECT_EQ(ask(B, false), "no room for B: wants 60 of 100, pinned 0, busy 0, idle 60");
    EXPECT_EQ(budget_.held(0), 60U);
}

TEST_F(BudgetTest, sets_aside_what_another_waits_for) {
    hot(A, 60);
    add(B, 80);
    add(C, 30);
    EXPECT_EQ(ask(B), "A to parked");
    EXPECT_EQ(ask(C), "") << "it fits beside A, but not beside B";
    EXPECT_EQ(park(A), "room for B");
    come(B);
    EXPECT_EQ(asked(), "B to parked") << "hot and idle, so it makes room for C in its turn";
}

TEST_F(BudgetTest, lets_a_small_load_pass_one_that_waits_for_work_to_end) {
    hot(A, 60);
    budget_.job_came(A, now_);
    add(B, 60);
    add(C, 30);
    ask(B);
    EXPECT_EQ(ask(C), "room for C");
}

TEST_F(BudgetTest, brings_back_who_left_for_a_load_that_failed) {
    hot(A, 60);
    add(B, 60);
    ask(B);
    park(A);
    budget_.moved(B, Residency::loading, now_);
    budget_.moved(B, Residency::failed, now_);
    EXPECT_EQ(asked(), "A back");
}

TEST_F(BudgetTest, brings_back_who_left_for_a_load_that_was_not_begun) {
    hot(A, 60);
    add(B, 60);
    ask(B);
    park(A);
    budget_.forgo(B, now_);
    EXPECT_EQ(asked(), "A back");
    EXPECT_EQ(budget_.held(0), 0U);
}

TEST_F(BudgetTest, brings_back_whom_there_is_room_for_the_dearest_first) {
    hot(A, 50);
    hot(B, 50);
    budget_.job_came(B, now_);
    budget_.job_ended(B, now_);
    add(C, 100);
    EXPECT_EQ(ask(C), "A to parked, B to parked");
    park(A);
    park(B);
    come(C);
    EXPECT_EQ(unload(C), "B back, A back");
}

TEST_F(BudgetTest, forgets_that_a_model_left_once_it_is_hot_again) {
    hot(A, 60);
    add(B, 60);
    ask(B);
    park(A);
    come(B);
    EXPECT_EQ(ask(A), "B to parked");
    EXPECT_EQ(park(B), "room for A");
    come(A);
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(unload(A), "B back") << "and A is not displaced any more";
}

TEST_F(BudgetTest, lets_another_leave_where_a_park_has_failed) {
    hot(A, 60);
    add(B, 60);
    ask(B);
    budget_.moved(A, Residency::parking, now_);
    budget_.set_can_park(A, false);
    budget_.moved(A, Residency::hot, now_);
    EXPECT_EQ(asked(), "A to cold");
}

TEST_F(BudgetTest, makes_room_again_where_a_step_down_was_overruled) {
    hot(A, 60);
    add(B, 60);
    ask(B);
    budget_.settled(A, now_);
    EXPECT_EQ(asked(), "A to parked");
}

TEST_F(BudgetTest, lets_idle_models_leave_when_more_was_measured_than_was_thought) {
    hot(A, 60);
    hot(B, 30);
    budget_.measured(B, 50, 0, 1s, now_);
    EXPECT_EQ(asked(), "A to parked") << "a byte of it is worth less";
}

TEST_F(BudgetTest, lets_nobody_leave_for_a_guest_that_is_larger_than_was_thought) {
    hot(A, 60);
    add(B, 30);
    EXPECT_EQ(ask(B, false), "room for B");
    budget_.moved(B, Residency::loading, now_);
    budget_.measured(B, 50, 0, 1s, now_);
    EXPECT_EQ(asked(), "") << "it leaves when it is here";
    budget_.moved(B, Residency::hot, now_);
    EXPECT_EQ(asked(), "B to parked");
    EXPECT_EQ(park(B), "") << "nor does it come back";
}

TEST_F(BudgetTest, lets_others_leave_for_a_guest_that_somebody_wants_meanwhile) {
    hot(A, 60);
    add(B, 30);
    ask(B, false);
    budget_.moved(B, Residency::loading, now_);
    budget_.job_came(B, now_);
    budget_.measured(B, 50, 0, 1s, now_);
    EXPECT_EQ(asked(), "A to parked");
}

TEST_F(BudgetTest, lets_a_guest_that_fits_be_one_of_all) {
    add(A, 60);
    ask(A, false);
    come(A);
    hot(B, 40);
    budget_.job_came(A, now_);
    budget_.job_ended(A, now_);
    budget_.set_limit(0, 60, now_);
    EXPECT_EQ(asked(), "B to parked") << "which is worth less";
}

TEST_F(BudgetTest, brings_nobody_back_beside_a_first_load_whose_size_is_not_known) {
    hot(A, 40);
    hot(B, 40);
    budget_.job_came(B, now_);
    budget_.job_ended(B, now_);
    budget_.set_limit(0, 60, now_);
    EXPECT_EQ(asked(), "A to parked");
    park(A);
    add(C, 10);
    EXPECT_EQ(ask(C), "room for C");
    budget_.moved(C, Residency::loading, now_);
    budget_.set_limit(0, 100, now_);
    EXPECT_EQ(asked(), "") << "A would fit, as far as is known";
    budget_.measured(C, 30, 0, 1s, now_);
    budget_.moved(C, Residency::hot, now_);
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(unload(C), "A back");
}

TEST_F(BudgetTest, lets_idle_models_leave_when_its_limit_falls_and_brings_them_back) {
    hot(A, 60);
    budget_.set_limit(0, 50, now_);
    EXPECT_EQ(asked(), "A to parked");
    EXPECT_EQ(park(A), "");
    budget_.set_limit(0, 60, now_);
    EXPECT_EQ(asked(), "A back");
}

TEST_F(BudgetTest, lets_working_models_leave_a_lowered_limit_when_they_rest) {
    hot(A, 60);
    budget_.job_came(A, now_);
    budget_.set_limit(0, 50, now_);
    EXPECT_EQ(asked(), "");
    budget_.job_ended(A, now_);
    EXPECT_EQ(asked(), "A to parked");
}

TEST_F(BudgetTest, lets_as_much_leave_as_a_load_needs_that_ran_out_of_memory) {
    hot(A, 30);
    hot(B, 30);
    budget_.set_pinned(B, true, now_);
    add(C, 25);
    run_out_with(C);
    EXPECT_EQ(ask(C), "A to parked") << "though it would fit, by the numbers";
    EXPECT_EQ(park(A), "room for C");
    budget_.moved(C, Residency::loading, now_);
    budget_.moved(C, Residency::failed, now_);
    EXPECT_EQ(asked(), "A back");
}

TEST_F(BudgetTest, lets_all_leave_for_a_load_that_ran_out_and_needs_more_than_they_hold) {
    hot(A, 10);
    hot(B, 20);
    budget_.set_pinned(B, true, now_);
    add(C, 25);
    run_out_with(C);
    EXPECT_EQ(ask(C), "A to parked");
    EXPECT_EQ(park(A), "room for C") << "nobody knows how much was free beside them";
}

TEST_F(BudgetTest, refuses_a_load_that_ran_out_where_nobody_can_leave) {
    hot(A, 30);
    budget_.set_pinned(A, true, now_);
    add(B, 25);
    run_out_with(B);
    EXPECT_EQ(ask(B), "no room for B: wants 25 of 30, pinned 30, busy 0, idle 0");
    EXPECT_EQ(ask(B), "room for B") << "later there may be more";
}

TEST_F(BudgetTest, unloads_parked_models_that_the_host_has_no_room_for) {
    hot(A, 40);
    hot(B, 40);
    budget_.measured(A, 40, 40, 1s, now_);
    budget_.measured(B, 40, 40, 1s, now_);
    budget_.set_host_limit(50, now_);
    EXPECT_EQ(park(A), "");
    EXPECT_EQ(park(B), "A to cold");
    unload(A);
    EXPECT_EQ(budget_.host_held(), 40U);
}

TEST_F(BudgetTest, keeps_no_account_of_a_model_that_is_gone) {
    hot(A, 60);
    budget_.remove(A, now_);
    EXPECT_EQ(budget_.held(0), 0U);
}

TEST_F(BudgetTest, hands_the_uses_of_an_old_version_to_the_new_one) {
    hot(A, 40);
    budget_.job_came(A, now_);
    budget_.job_ended(A, now_);
    hot(B, 40);
    unload(A);
    budget_.add(C, 0, 40, A);
    budget_.ask(C, true, now_);
    come(C);
    asked();
    add(D, 40);
    EXPECT_EQ(ask(D), "B to parked");
}

}  // namespace
}  // namespace samovar::scheduler
