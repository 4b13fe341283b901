#include "daemon/models/writers.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class WritableByAnybody : public testing::Test {
  protected:
    WritableByAnybody() : top_(home_.path() / "models"), model_(top_ / "selfie") {
        fs::create_directories(model_);
        std::ofstream(model_ / "model.pt") << "code";
    }
    static void let_all_write(const fs::path& path) {
        fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
    }
    // "" where nobody can.
    static std::string what_of(const fs::path& path) {
        const auto error = writable_by_anybody(path, "that would be bad");
        return error ? error->message : "";
    }

    tests::TemporaryFolder home_;
    fs::path top_, model_;
};

TEST_F(WritableByAnybody, is_nothing_that_only_owners_write) {
    EXPECT_EQ(what_of(model_), "");
    EXPECT_EQ(what_of(model_ / "model.pt"), "");
    EXPECT_EQ(what_of(model_ / "missing"), "") << "which others tell of";
}

TEST_F(WritableByAnybody, is_a_file_with_the_way_out) {
    let_all_write(model_ / "model.pt");
    const auto error = writable_by_anybody(model_ / "model.pt", "that would be bad");
    ASSERT_TRUE(error);
    EXPECT_THAT(error->message,
                HasSubstr("model.pt: anybody may write it (mode 0646), and that would be bad"));
    EXPECT_EQ(error->hint, "chmod o-w " + (model_ / "model.pt").string());
    EXPECT_EQ(what_of(model_), "");
}

TEST_F(WritableByAnybody, is_what_lies_below_such_a_folder) {
    let_all_write(top_);
    EXPECT_THAT(what_of(model_ / "model.pt"), HasSubstr(top_.string() + ": anybody"));
}

TEST_F(WritableByAnybody, is_not_what_lies_below_a_folder_in_which_owners_rename) {
    fs::permissions(top_, fs::perms::others_write | fs::perms::sticky_bit, fs::perm_options::add);
    EXPECT_EQ(what_of(model_), "");
    EXPECT_THAT(what_of(top_), HasSubstr("anybody may write it (mode 1757)"))
        << "new files can be made in it";
}

TEST_F(WritableByAnybody, is_what_a_link_leads_to_and_leads_through) {
    fs::create_directory(home_.path() / "open");
    fs::create_directory_symlink(model_, home_.path() / "open" / "second");
    fs::create_directory_symlink("open/second", home_.path() / "first");
    EXPECT_EQ(what_of(home_.path() / "first" / "model.pt"), "");
    let_all_write(home_.path() / "open");
    EXPECT_THAT(what_of(home_.path() / "first" / "model.pt"),
                HasSubstr((home_.path() / "open").string() + ": anybody"));
    fs::permissions(home_.path() / "open", fs::perms::others_write, fs::perm_options::remove);
    let_all_write(top_);
    EXPECT_THAT(what_of(home_.path() / "first"), HasSubstr(top_.string() + ": anybody"));
}

TEST_F(WritableByAnybody, ends_for_a_link_to_itself) {
    fs::create_symlink("loop", home_.path() / "loop");
    EXPECT_EQ(what_of(home_.path() / "loop"), "");
}

}  // namespace
}  // namespace samovar::daemon
