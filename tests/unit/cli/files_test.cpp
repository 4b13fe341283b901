#include "client/cli/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "ipc/os/unique_fd.hpp"
#include "tests/support/process.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

class Files : public testing::Test {
  protected:
    std::string at(const std::string& name) const { return (folder_.path() / name).string(); }
    static Bytes pattern(std::size_t size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i)
            bytes[i] = std::byte(i * 31 >> 3);
        return bytes;
    }
    std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
    }

  private:
    tests::TemporaryFolder folder_;
};

TEST_F(Files, WhatIsWrittenIsReadBack) {
    for (const std::size_t size :
         {0U, 1U, 4096U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, 3U << 20}) {
        const Bytes bytes = pattern(size);
        ASSERT_TRUE(write_file(at("file"), bytes));
        const Result<Bytes> again = read_file(at("file"));
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(*again, bytes) << size;
    }
    EXPECT_EQ(count(), 1U) << "nothing else is left in the folder";
}

TEST_F(Files, APipeIsReadToItsEnd) {
    const std::string pipe = at("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const tests::Process writer([&] {
        std::ofstream out(pipe, std::ios::binary);
        out << std::string(200'000, 'x');
    });
    const Result<Bytes> bytes = read_file(pipe);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 200'000U);
}

TEST_F(Files, ErrorsNameTheFileAndTheReason) {
    const Result<Bytes> missing = read_file(at("missing"));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::io);
    EXPECT_EQ(missing.error().message, "opening " + at("missing") + ": No such file or directory");
    fs::create_directory(at("folder"));
    EXPECT_EQ(read_file(at("folder")).error().message, at("folder") + " is a folder");
    EXPECT_EQ(write_file(at("folder"), {}).error().message, at("folder") + " is a folder");
    EXPECT_EQ(write_file(at("none/x"), {}).error().message,
              "writing " + at("none/x") + ": No such file or directory");
}

TEST_F(Files, MoreThanTheLimitIsNotRead) {
    ASSERT_TRUE(write_file(at("file"), pattern(100)));
    EXPECT_TRUE(read_file(at("file"), 100));
    const Result<Bytes> longer = read_file(at("file"), 99);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().message,
              at("file") + " has more than 99 bytes, the most that one tensor may have");
    EXPECT_FALSE(read_file("/dev/zero", 3 << 20)) << "it never ends";
}

TEST_F(Files, AnOldResultIsReplacedAndALinkStaysALink) {
    ASSERT_TRUE(write_file(at("old"), pattern(10)));
    fs::create_symlink("old", at("link"));
    ASSERT_TRUE(write_file(at("link"), pattern(20)));
    EXPECT_TRUE(fs::is_symlink(at("link")));
    EXPECT_EQ(fs::file_size(at("old")), 20U);
    EXPECT_EQ(count(), 2U);
}

TEST_F(Files, ResultsAreAsPublicAsAnyNewFile) {
    std::ofstream(at("usual")).put('x');
    ASSERT_TRUE(write_file(at("ours"), pattern(1)));
    EXPECT_EQ(fs::status(at("ours")).permissions(), fs::status(at("usual")).permissions());
}

TEST_F(Files, AFullDiskKeepsTheOldAndLeavesNothing) {
    const Result<void> written = write_file("/dev/full", pattern(10));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "writing /dev/full: No space left on device");
}

TEST_F(Files, ANewFileHasNoNameBeforeItIsWhole) {
    const ipc::UniqueFd watch(::inotify_init1(IN_CLOEXEC));
    ASSERT_GE(::inotify_add_watch(watch.get(), at("").c_str(), IN_CREATE), 0);
    ASSERT_TRUE(write_file(at("file"), pattern(100'000)));
    alignas(inotify_event) char events[4096];
    const ssize_t length = ::read(watch.get(), events, sizeof events);
    const auto* event = reinterpret_cast<const inotify_event*>(events);
    EXPECT_STREQ(event->name, "file");
    EXPECT_EQ(length, static_cast<ssize_t>(sizeof *event + event->len))
        << "no other name was there";
    EXPECT_EQ(fs::file_size(at("file")), 100'000U);
}

TEST_F(Files, WhatIsNoRegularFileIsWrittenToAsItIs) {
    ASSERT_TRUE(write_file("/dev/null", pattern(10)));
    EXPECT_FALSE(fs::is_regular_file("/dev/null"));
}

TEST_F(Files, TwoWaysToOneFileHaveOneId) {
    ASSERT_TRUE(write_file(at("a"), pattern(1)));
    ASSERT_TRUE(write_file(at("b"), pattern(1)));
    fs::create_symlink("a", at("link"));
    EXPECT_EQ(file_id(at("a")), file_id(at("link")));
    EXPECT_EQ(file_id(at("a")), file_id(at("./a")));
    EXPECT_NE(file_id(at("a")), file_id(at("b")));
    EXPECT_FALSE(file_id(at("none")));
}

}  // namespace
}  // namespace samovar::cli
