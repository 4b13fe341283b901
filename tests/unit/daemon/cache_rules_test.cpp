// [cache] of model.toml.

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

const std::string kModel =
    "task = \"tensor\"\n[[code]]\nfile = \"m.pt\"\n"
    "[[input]]\nname = \"x\"\ndtype = \"float32\"\nshape = [\"n\"]\n"
    "[[output]]\nname = \"y\"\ndtype = \"float32\"\nshape = [\"n\"]\n";

std::uint64_t bytes_of(const std::string& cache) {
    return parse_model_file(kModel + cache, "model.toml", "m").cache_bytes;
}
std::string fault_of(const std::string& cache) {
    return fault_in([&] { bytes_of(cache); });
}

TEST(CacheRules, are_that_nothing_is_kept_where_nothing_is_said) {
    EXPECT_EQ(bytes_of(""), 0U);
    EXPECT_EQ(bytes_of("[cache]\nresults = \"0\"\n"), 0U);
}

TEST(CacheRules, say_how_many_bytes_of_results_are_kept) {
    EXPECT_EQ(bytes_of("[cache]\nresults = \"256MiB\"\n"), 256U << 20);
    EXPECT_EQ(bytes_of("[cache]\nresults = \"64KiB\"\n"), 64U << 10);
}

TEST(CacheRules, refuse_what_could_keep_nothing_and_what_no_machine_has) {
    for (const std::string bytes : {"63KiB", "5TiB", "many", "-1"})
        EXPECT_THAT(fault_of("[cache]\nresults = \"" + bytes + "\"\n"),
                    HasSubstr("model.toml:13: cache.results: must be a number of bytes"))
            << bytes;
}

TEST(CacheRules, refuse_a_table_that_says_nothing_and_keys_that_are_not_known) {
    EXPECT_THAT(fault_of("[cache]\n"), HasSubstr("cache.results: is required"));
    EXPECT_THAT(fault_of("[cache]\nbytes = 1\n"), HasSubstr("cache.bytes"));
}

}  // namespace
}  // namespace samovar::daemon
