// Packages: what is whole is unpacked, and nothing ever lands outside of its folder.

#include "daemon/models/unpack.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/process.hpp"
#include "tests/unit/daemon/zip_writer.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Unpacking : public testing::Test {
  protected:
    Unpacking() { fs::create_directory(into()); }
    fs::path package() const { return folder_.path() / "model.pt2"; }
    fs::path into() const { return folder_.path() / "into"; }
    Error error_of(const std::vector<std::pair<std::string, std::string>>& entries) const {
        tests::write_zip(package(), entries);
        return unpack_package(package(), into()).error();
    }
    // Writes into the package itself, `from` its end where that is negative.
    void overwrite(std::streamoff at, const std::string& bytes) const {
        std::fstream out(package(), std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(at, at < 0 ? std::ios::end : std::ios::beg);
        out << bytes;
    }

    tests::TemporaryFolder folder_;
};

TEST_F(Unpacking, writes_each_entry_where_its_name_says) {
    tests::write_zip(package(), {{"a", "first"}, {"deep/er/b.so", "second"}, {"empty", ""}});
    ASSERT_TRUE(unpack_package(package(), into()));
    EXPECT_EQ(tests::text_of(into() / "a"), "first");
    EXPECT_EQ(tests::text_of(into() / "deep/er/b.so"), "second");
    EXPECT_TRUE(fs::exists(into() / "empty"));
}

TEST_F(Unpacking, leaves_nothing_that_can_be_written) {
    tests::write_zip(package(), {{"a", "1"}, {"b.so", "2"}});
    ASSERT_TRUE(unpack_package(package(), into()));
    EXPECT_EQ(fs::status(into() / "a").permissions(), fs::perms(0444));
    EXPECT_EQ(fs::status(into() / "b.so").permissions(), fs::perms(0555));
}

TEST_F(Unpacking, tells_where_the_code_is) {
    tests::write_zip(package(), {{"model/version", "1"}, {"x.wrapper.so", "code"}});
    ASSERT_TRUE(unpack_package(package(), into()));
    EXPECT_EQ(code_in(into()), into()) << "somewhere in it";
    fs::remove_all(into());
    fs::create_directory(into());
    const std::string usual = "model/data/aotinductor/model";
    tests::write_zip(package(), {{"model/version", "1"}, {usual + "/x.wrapper.so", "code"}});
    ASSERT_TRUE(unpack_package(package(), into()));
    EXPECT_EQ(code_in(into()), into() / usual);
}

TEST_F(Unpacking, refuses_names_that_leave_the_folder) {
    for (const char* name : {"../evil", "a/../../evil", "/evil", "a/..", "./a", "..", "a/./b"}) {
        const Error error = error_of({{name, "evil"}});
        EXPECT_EQ(error.code, Errc::bad_model) << name;
        EXPECT_THAT(error.message, HasSubstr("leaves the folder")) << name;
    }
    EXPECT_FALSE(fs::exists(folder_.path() / "evil"));
    EXPECT_FALSE(fs::exists("/evil"));
}

TEST_F(Unpacking, takes_names_that_only_look_dangerous) {
    tests::write_zip(package(), {{"..a", "1"}, {"a..b/c", "2"}, {"back\\slash", "3"}});
    EXPECT_TRUE(unpack_package(package(), into()));
}

TEST_F(Unpacking, refuses_the_same_name_twice) {
    EXPECT_EQ(error_of({{"a", "1"}, {"a", "2"}}).code, Errc::io);
}

TEST_F(Unpacking, refuses_a_file_where_a_folder_is_wanted) {
    const Error error = error_of({{"a", "1"}, {"a/b", "2"}});
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("cannot be placed"));
}

TEST_F(Unpacking, skips_entries_for_folders) {
    tests::write_zip(package(), {{"a/", ""}, {"a/b", "1"}});
    EXPECT_TRUE(unpack_package(package(), into()));
}

TEST_F(Unpacking, refuses_names_that_are_too_long) {
    EXPECT_THAT(error_of({{std::string(600, 'x'), "1"}}).message, HasSubstr("name cannot be read"));
}

TEST_F(Unpacking, refuses_what_is_no_zip_file) {
    std::ofstream(package()) << "not a zip file at all";
    const Error error = unpack_package(package(), into()).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("is no .pt2 package"));
    EXPECT_THAT(error.hint, HasSubstr("export"));
}

TEST_F(Unpacking, refuses_a_file_that_is_cut_short) {
    tests::write_zip(package(), {{"a", std::string(10'000, 'x')}});
    fs::resize_file(package(), 5000);
    EXPECT_EQ(unpack_package(package(), into()).error().code, Errc::bad_model);
}

TEST_F(Unpacking, refuses_content_that_differs_from_its_checksum) {
    tests::write_zip(package(), {{"a", std::string(1000, 'x')}});
    overwrite(500, "damage");
    EXPECT_THAT(unpack_package(package(), into()).error().message, HasSubstr("checksum"));
}

TEST_F(Unpacking, refuses_a_directory_that_points_nowhere) {
    tests::write_zip(package(), {{"a", "1"}});
    overwrite(-6, std::string("\xff\xff\xff\x7f", 4));
    EXPECT_EQ(unpack_package(package(), into()).error().code, Errc::bad_model);
}

TEST_F(Unpacking, refuses_too_many_files) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (std::size_t i = 0; i <= kMaxPackageFiles; ++i)
        entries.emplace_back(std::to_string(i), "");
    EXPECT_THAT(error_of(entries).message, HasSubstr("too many files"));
}

}  // namespace
}  // namespace samovar::daemon
