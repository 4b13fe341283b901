// Models whose jobs are refused, and jobs of the daemon's own that bring up nothing.

#include "rig.hpp"

namespace samovar::scheduler {
namespace {

class Holds : public Rig {
  protected:
    std::string hold(ModelId model, bool held = true) {
        dispatch_.hold(model, held, now());
        return asked();
    }
};

TEST_F(Holds, RefuseTheJobsThatWaitForTheModel) {
    submit(1, A);
    submit(2, B);
    submit(3, A);
    EXPECT_EQ(hold(A), "refuse 1 held, refuse 3 held");
    EXPECT_EQ(ready(), "load B") << "and A is not loaded";
}

TEST_F(Holds, LetWhatRunsEndAndRefuseWhatIsInTheQueue) {
    make_hot(A, B);
    for (JobId job = 1; job <= 4; ++job)
        submit(job, job == 3 ? B : A);
    EXPECT_EQ(hold(A), "refuse 4 held") << "1 and 2 are with the worker";
    EXPECT_EQ(finished(1), "run 3");
    EXPECT_EQ(finished(2), "");
}

TEST_F(Holds, RefuseJobsThatComeUntilTheyAreTakenBack) {
    make_hot(A);
    hold(A);
    EXPECT_EQ(submit(1, A), "refuse 1 held");
    EXPECT_EQ(hold(A, false), "");
    EXPECT_EQ(submit(2, A), "run 2");
}

TEST_F(Holds, RefuseWhatWouldBeTriedAgainAfterADeath) {
    make_hot(A);
    submit(1, A);
    hold(A);
    unload(A);
    EXPECT_EQ(exited(), "refuse 1 held, A cold");
    EXPECT_EQ(dispatch_.jobs(), 0u);
}

class SyntheticJobs : public Rig {
  protected:
    std::string warm_itself(JobId job, ModelId model) {
        JobTraits traits;
        traits.synthetic = true;
        dispatch_.submit(job, model, traits, now());
        return asked();
    }
};

TEST_F(SyntheticJobs, RunOnAHotModelAndAreCountedNowhere) {
    make_hot(A);
    EXPECT_EQ(warm_itself(1, A), "run 1");
    EXPECT_EQ(dispatch_.view_model(A).in_flight, 0u);
    EXPECT_EQ(dispatch_.view_worker(0).in_flight, 0u);
    EXPECT_EQ(dispatch_.synthetic_jobs(), 1u);
    EXPECT_EQ(finished(1), "");
    EXPECT_EQ(dispatch_.synthetic_jobs(), 0u);
}

TEST_F(SyntheticJobs, AreNotCountedWhereTheyWait) {
    make_hot(A);
    submit(1, A);
    submit(2, A);
    EXPECT_EQ(warm_itself(3, A), "");
    EXPECT_EQ(dispatch_.view_model(A).queued, 0u);
    EXPECT_EQ(dispatch_.view_model(A).in_flight, 2u);
}

TEST_F(SyntheticJobs, BringUpNothing) {
    EXPECT_EQ(warm_itself(1, A), "refuse 1 cancelled");
    EXPECT_EQ(residency(A), Residency::cold);
    make_hot(B);
    submit(2, B);
    unload(B);
    EXPECT_EQ(warm_itself(3, B), "refuse 3 cancelled") << "it is on its way down";
}

TEST_F(SyntheticJobs, EndWithTheirWorker) {
    make_hot(A);
    for (JobId job = 1; job <= 3; ++job)
        warm_itself(job, A);
    moves();
    EXPECT_EQ(exited(), "refuse 1 cancelled, refuse 2 cancelled, refuse 3 cancelled, start w0");
    EXPECT_EQ(ready(), "load A") << "as it was hot";
    EXPECT_EQ(moves(), "A hot->cold fault, A cold->loading fault") << "not for demand";
}

}  // namespace
}  // namespace samovar::scheduler
