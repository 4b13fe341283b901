#include "daemon/worker/engine/mapped_file.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "tests/unit/worker/temporary_file.hpp"

namespace samovar::worker {
namespace {

TEST(MappedFile, shows_the_bytes_of_the_file) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", "abc"));
    ASSERT_TRUE(file);
    ASSERT_EQ(file->bytes().size(), 3U);
    EXPECT_EQ(file->bytes()[2], std::byte{'c'});
}

TEST(MappedFile, reads_all_and_says_how_far_it_is) {
    const TemporaryFiles files;
    const std::size_t size = (40u << 20) + 5;
    const auto file = MappedFile::open(files.write("x", std::string(size, 'x')));
    ASSERT_TRUE(file);
    std::vector<std::uint64_t> told;
    ASSERT_TRUE(file->read_all(2, [&](std::uint64_t done) { told.push_back(done); }));
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told.back(), size);
    std::vector<unsigned char> present((size + 4095) / 4096);
    ASSERT_EQ(::mincore(const_cast<std::byte*>(file->bytes().data()), size, present.data()), 0);
    EXPECT_THAT(present,
                testing::Each(testing::Truly([](unsigned char page) { return page & 1; })));
}

TEST(MappedFile, that_copies_what_is_written_leaves_the_file_as_it_is) {
    const TemporaryFiles files;
    const std::string path = files.write("x", "abc");
    const auto ours = MappedFile::open(path, MappedFile::Writes::copy);
    const auto others = MappedFile::open(path);
    ASSERT_TRUE(ours && others);
    ASSERT_TRUE(ours->allow_writes());
    ours->writable()[0] = std::byte{'x'};
    EXPECT_EQ(ours->bytes()[0], std::byte{'x'});
    EXPECT_EQ(others->bytes()[0], std::byte{'a'});
}

TEST(MappedFile, refuses_what_is_missing_empty_or_no_file_and_never_blocks) {
    const TemporaryFiles files;
    const std::string pipe = (files.folder() / "pipe").native();
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& path : {(files.folder() / "gone").native(), files.write("empty", ""),
                                    files.folder().native(), pipe}) {
        const auto file = MappedFile::open(path);
        ASSERT_FALSE(file) << path;
        EXPECT_EQ(file.error().code, Errc::bad_model);
        EXPECT_THAT(file.error().message, testing::HasSubstr(path));
    }
}

TEST(MappedFile, that_is_let_go_without_having_been_locked_is_as_it_was) {
    const TemporaryFiles files;
    const auto file = MappedFile::open(files.write("x", "abc"));
    ASSERT_TRUE(file);
    file->let_go();
    EXPECT_EQ(file->bytes()[2], std::byte{'c'});
}

}  // namespace
}  // namespace samovar::worker
