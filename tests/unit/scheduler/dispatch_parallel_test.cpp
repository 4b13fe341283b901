// Loads that wait for those of other workers.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

DispatchLimits one_at_a_time() {
    DispatchLimits limits;
    limits.parallel_loads = 1;
    return limits;
}

// Three workers, of which the second has the model C and the third D; all stand ready.
class DispatchParallel : public Rig {
  protected:
    static constexpr ModelId D = 'D';

    explicit DispatchParallel(const DispatchLimits& limits = one_at_a_time()) : Rig(limits) {
        for (const ModelId model : {C, D})
            dispatch_.add_model(model, dispatch_.add_worker(), kMaxRun);
        const ModelId first[] = {A, C, D};
        for (WorkerId worker = 0; worker < 3; ++worker) {
            dispatch_.load(first[worker], now());
            dispatch_.worker_ready(worker, now());
            dispatch_.model_loaded(first[worker], now());
        }
        // Each keeps something else, so that it stays.
        for (WorkerId worker = 1; worker < 3; ++worker) {
            const ModelId other = ModelId{'L'} + worker;
            dispatch_.add_model(other, worker, kMaxRun);
            dispatch_.load(other, now());
            dispatch_.model_loaded(other, now());
        }
        for (const ModelId model : {C, D}) {
            dispatch_.unload(model, now());
            dispatch_.model_unloaded(model, now());
        }
        asked();
    }
    bool waits(ModelId model) const { return dispatch_.view_model(model).outnumbered; }
};

TEST_F(DispatchParallel, BeginWhenTheOneBeforeHasEnded) {
    EXPECT_EQ(submit(1, B), "load B");
    EXPECT_EQ(submit(2, C), "");
    EXPECT_TRUE(waits(C));
    EXPECT_EQ(loaded(B), "B hot, load C, run 1");
    EXPECT_FALSE(waits(C));
    EXPECT_EQ(loaded(C), "C hot, run 2");
}

TEST_F(DispatchParallel, BeginWhenTheOneBeforeHasFailed) {
    submit(1, B);
    submit(2, C);
    EXPECT_EQ(load_failed(B), "B failed, refuse 1 model_failed, load C");
}

TEST_F(DispatchParallel, BeginWhenTheWorkerOfTheOneBeforeHasDied) {
    submit(1, B);
    submit(2, C);
    const std::string words = exited();
    EXPECT_NE(words.find("load C"), words.npos) << words;
}

TEST_F(DispatchParallel, BeginWhenTheWorkerOfTheOneBeforeHasDiedAndNothingIsWantedOfIt) {
    submit(1, B);
    submit(2, C);
    cancel(1);
    unload(A);
    unload(B);
    const std::string words = exited();
    EXPECT_EQ(words.find("start w0"), words.npos) << words;
    EXPECT_NE(words.find("load C"), words.npos) << words;
}

TEST_F(DispatchParallel, TakeTurnsInTheOrderOfTheirJobs) {
    submit(1, B);
    submit(2, D);
    submit(3, C);
    EXPECT_EQ(loaded(B), "B hot, load D, run 1");
    EXPECT_EQ(loaded(D), "D hot, load C, run 2");
}

TEST_F(DispatchParallel, PassNoneThatHasWaitedForLongerInAnotherWorker) {
    dispatch_.add_model('E', 0, kMaxRun);
    submit(1, B);
    submit(2, C);
    EXPECT_EQ(submit(3, 'E'), "");
    EXPECT_EQ(loaded(B), "B hot, load C, run 1");
    EXPECT_EQ(loaded(C), "C hot, load E, run 2");
}

TEST_F(DispatchParallel, ForJobsAndPeopleComeBeforeThoseOfRules) {
    submit(1, B);
    dispatch_.load(D, now(), Cause::preload);
    EXPECT_EQ(asked(), "");
    EXPECT_EQ(load(C), "");
    EXPECT_EQ(loaded(B), "B hot, load C, run 1");
    EXPECT_TRUE(waits(D));
    EXPECT_EQ(loaded(C), "C hot, load D");
}

TEST_F(DispatchParallel, AreNotWaitedForByWakeUps) {
    park(A);
    parked(A);
    submit(1, C);
    EXPECT_EQ(submit(2, A), "wake A");
    EXPECT_EQ(submit(3, D), "");
    EXPECT_EQ(loaded(A), "A hot, run 2") << "a wake-up makes no place";
    EXPECT_EQ(loaded(C), "C hot, load D, run 1");
}

TEST_F(DispatchParallel, LetJobsOfHotModelsRunMeanwhile) {
    submit(1, C);
    submit(2, B);
    EXPECT_EQ(submit(3, A), "run 3");
}

TEST_F(DispatchParallel, AreForgottenWhereNobodyWantsThemAnyMore) {
    submit(1, B);
    submit(2, C);
    submit(3, D);
    cancel(2);
    EXPECT_FALSE(waits(C));
    EXPECT_EQ(loaded(B), "B hot, load D, run 1");
}

class DispatchTwoParallel : public DispatchParallel {
  protected:
    DispatchTwoParallel() : DispatchParallel(two()) {}
    static DispatchLimits two() {
        DispatchLimits limits;
        limits.parallel_loads = 2;
        return limits;
    }
};

TEST_F(DispatchTwoParallel, AreAsManyAsThereMayBe) {
    EXPECT_EQ(submit(1, B), "load B");
    EXPECT_EQ(submit(2, C), "load C");
    EXPECT_EQ(submit(3, D), "");
    EXPECT_EQ(loaded(C), "C hot, load D, run 2");
}

}  // namespace
}  // namespace samovar::scheduler
