// [batch] of model.toml.

#include "daemon/models/batch_rules.hpp"

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kRows =
    "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [\"n\", 3]\n"
    "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [\"n\"]\n";
const std::string kHead = "task = \"tensor\"\n[[code]]\nfile = \"m.pt\"\n";

BatchRules read(const std::string& batch, const std::string& tensors = kRows,
                const std::string& head = kHead) {
    return parse_model_file(head + tensors + batch, "model.toml", "m").batch;
}

std::string fault_of(const std::string& batch, const std::string& tensors = kRows,
                     const std::string& head = kHead) {
    return fault_in([&] { read(batch, tensors, head); });
}

TEST(BatchRules, are_none_where_nothing_is_said) {
    EXPECT_EQ(read("").spec.rows, 0U);
}

TEST(BatchRules, say_how_many_rows_and_how_long_a_job_waits) {
    const BatchRules rules = read("[batch]\nmax = 32\nmax_delay = \"20ms\"\n");
    EXPECT_EQ(rules.spec.rows, 32U);
    EXPECT_FALSE(rules.spec.measure);
    EXPECT_EQ(rules.delay, std::chrono::milliseconds(20));
    EXPECT_EQ(read("[batch]\nmax = 2\n").delay, std::chrono::milliseconds(5));
}

TEST(BatchRules, leave_the_number_to_a_measurement) {
    const BatchRules rules = read("[batch]\nmax = \"auto\"\n");
    EXPECT_TRUE(rules.spec.measure);
    EXPECT_GT(rules.spec.rows, 1U);
    EXPECT_THAT(fault_of("[batch]\nmax = \"many\"\n"), HasSubstr("batch.max"));
    EXPECT_THAT(fault_of("[batch]\nmax = \"auto\"\n", kRows, "warmup = false\n" + kHead),
                HasSubstr("nothing to measure batch.max"));
}

TEST(BatchRules, name_the_sizes_that_a_network_takes) {
    const BatchRules rules = read("[batch]\nsizes = [1, 4, 16]\n");
    EXPECT_THAT(rules.spec.sizes, ElementsAre(1, 4, 16));
    EXPECT_EQ(rules.spec.rows, 16U);
    EXPECT_THAT(fault_of("[batch]\nsizes = [4, 1]\n"), HasSubstr("batch.sizes: must rise"));
    EXPECT_THAT(fault_of("[batch]\nsizes = [4, 4]\n"), HasSubstr("must rise"));
    EXPECT_THAT(fault_of("[batch]\nsizes = []\n"), HasSubstr("1 to 16 numbers"));
    EXPECT_THAT(fault_of("[batch]\nsizes = [0, 4]\n"), HasSubstr("from 1 to 4096"));
    EXPECT_THAT(fault_of("[batch]\nsizes = [4]\nmax = 4\n"), HasSubstr("the last of `sizes`"));
}

TEST(BatchRules, are_refused_with_file_line_and_key) {
    EXPECT_THAT(fault_of("[batch]\nmax = 0\n"), HasSubstr("model.toml:13: batch.max"));
    EXPECT_THAT(fault_of("[batch]\nmax = 5000\n"), HasSubstr("batch.max"));
    EXPECT_THAT(fault_of("[batch]\n"), HasSubstr("batch.max"));
    EXPECT_THAT(fault_of("[batch]\nmax = 4\ndelay = 3\n"), HasSubstr("delay"));
}

TEST(BatchRules, are_refused_where_jobs_cannot_be_joined) {
    const std::string fixed =
        "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [4, 3]\n"
        "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [4]\n";
    EXPECT_THAT(fault_of("[batch]\nmax = 4\n", fixed),
                HasSubstr("input \"x\" does not begin with the named size"));
    const std::string other =
        "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [\"n\", 3]\n"
        "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [\"m\"]\n";
    EXPECT_THAT(fault_of("[batch]\nmax = 4\n", other), HasSubstr("output \"y\" does not begin"));
    const std::string square =
        "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [\"n\", \"n\"]\n"
        "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [\"n\"]\n";
    EXPECT_THAT(fault_of("[batch]\nmax = 4\n", square), HasSubstr("has \"n\" twice"));
}

TEST(BatchRules, need_no_named_size_of_pictures) {
    const std::string mask = "[mask]\nsize = [8, 8]\n[batch]\nmax = 4\n";
    const std::string text = "task = \"mask\"\n[[code]]\nfile = \"m.pt\"\n" + mask;
    EXPECT_EQ(parse_model_file(text, "model.toml", "m").batch.spec.rows, 4U);
}

}  // namespace
}  // namespace samovar::daemon
