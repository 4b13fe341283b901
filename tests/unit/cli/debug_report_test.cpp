// What goes into a report, and what does not.

#include <gmock/gmock.h>

#include <fstream>

#include "client/cli/debug_report/archive.hpp"
#include "client/cli/debug_report/redact.hpp"
#include "client/cli/doctor/program.hpp"
#include "tests/support/process.hpp"

namespace samovar::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kConfiguration = R"(# planted: a comment
socket = "/run/s"   # planted
drain = "10s"
api_token = "planted-1"
[upload]
url = "https://me:planted@host/x"
"Secret-Thing" = 'planted'
note = """
planted
"""
list = [
  "planted",
]
row = { password = "planted" }
after = 5
[credentials]
name = "planted"
[queue]
user_jobs = 7
hash = "not # a comment"
)";

TEST(TheConfiguration, is_shown_without_secrets_comments_and_long_texts) {
    const std::string shown = redacted_configuration(kConfiguration);
    EXPECT_THAT(shown, Not(HasSubstr("planted")));
    for (const char* line :
         {"socket = \"/run/s\"\n", "drain = \"10s\"\n", "api_token = \"(left out)\"\n",
          "url = \"https://host/x\"\n", "list = \"(left out)\"\n", "after = 5\n", "user_jobs = 7\n",
          "hash = \"not # a comment\"\n"})
        EXPECT_THAT(shown, HasSubstr(line));
}

TEST(TheLog, is_shown_without_what_workers_say_of_errors) {
    const std::string shown = redacted_log(
        "2026-11-22T10:00:00 host samovard[1]: model add: hot\n"
        "2026-11-22T10:00:01 host samovard[1]: [worker cpu 17] job 3: planted words\n"
        "planted in the next line\n"
        "2026-11-22T10:00:02 host samovard[1]: stopped\n");
    EXPECT_THAT(shown, Not(HasSubstr("planted")));
    EXPECT_THAT(shown, HasSubstr("model add: hot\n"));
    EXPECT_THAT(shown, HasSubstr("[worker cpu 17] job 3: (left out)\n"));
    EXPECT_THAT(shown, HasSubstr("stopped\n"));
}

TEST(AnArchive, is_one_that_tar_reads_for_this_user_alone) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.tar.gz";
    const std::string large(100'000, 'x');
    ASSERT_TRUE(
        write_archive(file, {{"r/a.txt", "hello\n"}, {"r/empty", ""}, {"r/b", large}}, 1000));
    const auto list = run_program({"tar", "-tzf", file}, {}, std::chrono::seconds(30));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->out, "r/a.txt\nr/empty\nr/b\n") << list->err;
    const auto text = run_program({"tar", "-xzOf", file, "r/b"}, {}, std::chrono::seconds(30));
    EXPECT_EQ(text->out, large);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AnArchive, takes_nobodys_place) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "x.tar.gz";
    std::ofstream(file) << "mine";
    const auto written = write_archive(file, {{"a", "b"}}, 1000);
    ASSERT_FALSE(written);
    EXPECT_EQ(tests::text_of(file), "mine");
}

TEST(AnArchive, refuses_names_that_it_cannot_hold) {
    EXPECT_FALSE(tar_of({{std::string(100, 'x'), ""}}, 0));
    EXPECT_FALSE(tar_of({{"", ""}}, 0));
}

}  // namespace
}  // namespace samovar::cli
