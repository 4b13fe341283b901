// The keys of model.toml that say how to load.

#include "daemon/models/load_options.hpp"

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::StartsWith;

std::string model(const std::string& keys, const std::string& code) {
    return keys + "task = \"mask\"\n[[code]]\nfile = \"" + code + "\"\n[mask]\nsize = [8, 8]\n";
}

ipc::LoadOptions options_of(const std::string& keys) {
    return parse_model_file(model(keys, "model.pt"), "m/model.toml", "folder").options;
}

std::string fault_of(const std::string& keys, const std::string& code = "model.pt") {
    return fault_in([&] { parse_model_file(model(keys, code), "m/model.toml", "folder"); });
}

TEST(LoadOptions, leave_all_as_it_is_where_nothing_is_said) {
    EXPECT_EQ(options_of(""), ipc::LoadOptions());
}

TEST(LoadOptions, take_every_key_that_the_documentation_names) {
    const ipc::LoadOptions all{3, ipc::Precision::bf16, true, true, true, 536'870'912};
    EXPECT_EQ(options_of("load_threads = 3\nprecision = \"bf16\"\nchannels_last = true\n"
                         "freeze = true\ncudnn_benchmark = true\nreserve = \"512MiB\"\n"),
              all);
}

TEST(LoadOptions, that_are_wrong_are_told_with_file_line_and_key) {
    EXPECT_THAT(fault_of("precision = \"fp8\"\n"),
                StartsWith("m/model.toml:1: precision: \"fp8\" is none of \"fp32\", \"fp16\""));
    EXPECT_THAT(fault_of("load_threads = 65\n"),
                StartsWith("m/model.toml:1: load_threads: must be from 0 to 64"));
    EXPECT_THAT(fault_of("\nreserve = 512\n"), StartsWith("m/model.toml:2: reserve: must be"));
    EXPECT_THAT(fault_of("reserve = \"512M\"\n"),
                StartsWith("m/model.toml:1: reserve: must be a number of bytes"));
    EXPECT_THAT(fault_of("reserve = \"5TiB\"\n"),
                StartsWith("m/model.toml:1: reserve: must be a number of bytes up to 4TiB"));
    EXPECT_THAT(fault_of("freeze = 1\n"), StartsWith("m/model.toml:1: freeze: must be true"));
}

TEST(LoadOptions, that_an_export_settles_are_refused_where_there_is_nothing_but_pt2) {
    EXPECT_THAT(fault_of("freeze = true\n", "model.pt2"),
                StartsWith("m/model.toml:1: freeze: is settled when a .pt2 is exported"));
    EXPECT_THAT(fault_of("channels_last = true\n", "model.pt2"),
                StartsWith("m/model.toml:1: channels_last: is settled when a .pt2 is exported"));
    EXPECT_EQ(fault_of("freeze = false\nprecision = \"fp32\"\n", "model.pt2"), "");
}

}  // namespace
}  // namespace samovar::daemon
