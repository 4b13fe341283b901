// Jobs that the daemon makes up to warm a model.

#include "daemon/residency/synthetic_jobs.hpp"

#include <gtest/gtest.h>

namespace samovar::daemon {
namespace {

const std::string kModel =
    "task = \"tensor\"\n[[code]]\nfile = \"m.pt\"\n"
    "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [\"n\", 3]\n"
    "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [\"n\"]\n"
    "[dims]\nn = [2, 8]\n[cache]\nresults = \"1MiB\"\n";

ipc::Submit made() {
    return make_synthetic_job(parse_model_file(kModel, "model.toml", "m")).value().submit;
}

TEST(SyntheticJob, is_of_the_smallest_size_that_the_model_takes) {
    const ipc::Submit submit = made();
    ASSERT_EQ(submit.inputs.size(), 1U);
    EXPECT_EQ(submit.inputs[0].shape, (Shape{2, 3}));
    EXPECT_EQ(submit.inputs[0].data.size(), 24U);
}

TEST(SyntheticJob, passes_the_results_that_are_kept_or_it_would_warm_nothing) {
    EXPECT_TRUE(made().no_cache);
}

}  // namespace
}  // namespace samovar::daemon
