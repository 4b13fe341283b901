#include "daemon/worker/arguments.hpp"

#include <getopt.h>
#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace samovar::worker {
namespace {

Result<Arguments> parse(std::vector<std::string> words) {
    words.insert(words.begin(), "samovar-worker");
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    optind = 0;  // getopt starts anew
    return parse_arguments(static_cast<int>(words.size()), argv.data());
}

TEST(Arguments, default_to_one_thread_on_the_cpu) {
    const auto arguments = parse({});
    ASSERT_TRUE(arguments);
    EXPECT_FALSE(arguments->cuda);
    EXPECT_EQ(arguments->threads, 1);
    EXPECT_EQ(arguments->name, "cpu");
    EXPECT_EQ(arguments->log_level, "info");
}

TEST(Arguments, name_device_threads_and_worker) {
    const auto arguments = parse(
        {"--device", "cuda:3", "--threads=8", "--name", "cuda:3/selfie", "--log-level", "warning"});
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->cuda);
    EXPECT_EQ(arguments->cuda_index, 3);
    EXPECT_EQ(arguments->threads, 8);
    EXPECT_EQ(arguments->name, "cuda:3/selfie");
    EXPECT_EQ(arguments->log_level, "warning");
}

TEST(Arguments, without_a_number_mean_the_first_gpu) {
    const auto arguments = parse({"--device", "cuda"});
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->cuda);
    EXPECT_EQ(arguments->cuda_index, 0);
}

TEST(Arguments, ask_for_lines_of_json) {
    const auto arguments = parse({"--log-json"});
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->log_json);
}

TEST(Arguments, ask_for_a_sandbox_with_a_room) {
    EXPECT_EQ(parse({})->sandbox, "off");
    const auto arguments = parse({"--sandbox", "require", "--room", "/store/rooms/a"});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->sandbox, "require");
    EXPECT_EQ(arguments->room, "/store/rooms/a");
    EXPECT_TRUE(parse({"--sandbox", "off"}));
}

TEST(Arguments, that_are_wrong_are_named) {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"--device", "gpu"},
                                               {"--device", "cuda:"},
                                               {"--device", "cuda:x"},
                                               {"--device", "cudaX"},
                                               {"--sandbox", "some"},
                                               {"--sandbox", "auto"},
                                               {"--device", "cuda:1000"},
                                               {"--threads", "0"},
                                               {"--threads", "2x"},
                                               {"--threads"},
                                               {"--log-level", "loud"},
                                               {"--colour"},
                                               {"model"}}) {
        const auto arguments = parse(words);
        ASSERT_FALSE(arguments) << words.front();
        EXPECT_EQ(arguments.error().code, Errc::invalid_argument);
        EXPECT_THAT(arguments.error().message, testing::HasSubstr(words.back()));
    }
}

}  // namespace
}  // namespace samovar::worker
