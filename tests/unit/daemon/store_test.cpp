// The daemon's own copies of artefacts.

#include "daemon/models/store.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "tests/support/process.hpp"
#include "tests/unit/daemon/zip_writer.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Storing : public testing::Test {
  protected:
    fs::path store_folder() const { return folder_.path() / "store"; }
    Store open() const {
        Result<Store> store = Store::open(store_folder());
        if (!store) throw std::runtime_error(describe(store.error()));
        return std::move(*store);
    }
    fs::path source(const std::string& name, const std::string& content) const {
        std::ofstream(folder_.path() / name) << content;
        return folder_.path() / name;
    }
    fs::path package(const std::string& name = "model.pt2") const {
        tests::write_zip(folder_.path() / name, {{"code.so", "code"}, {"data/x", "x"}});
        return folder_.path() / name;
    }
    std::size_t count(const char* kind) const {
        const fs::directory_iterator begin(store_folder() / kind);
        return static_cast<std::size_t>(std::distance(begin, fs::directory_iterator()));
    }

    tests::TemporaryFolder folder_;
};

TEST_F(Storing, keeps_a_copy_that_nobody_can_write) {
    Store store = open();
    const fs::path file = source("a", "content");
    const auto taken = store.take_file(file);
    ASSERT_TRUE(taken);
    EXPECT_EQ(tests::text_of(taken->path), "content");
    EXPECT_EQ(fs::status(taken->path).permissions(), fs::perms(0444));
    std::ofstream(file) << "other";
    EXPECT_EQ(tests::text_of(taken->path), "content");
}

TEST_F(Storing, keeps_equal_files_once) {
    Store store = open();
    const auto a = store.take_file(source("a", "same")), b = store.take_file(source("b", "same"));
    EXPECT_EQ(a->path, b->path);
    EXPECT_EQ(count("blobs"), 1U);
}

TEST_F(Storing, an_empty_file_is_no_special_case) {
    Store store = open();
    const auto taken = store.take_file(source("a", ""));
    ASSERT_TRUE(taken);
    EXPECT_EQ(fs::file_size(taken->path), 0U);
}

TEST_F(Storing, unpacks_a_package_once_and_keeps_no_blob_of_it) {
    Store store = open();
    const fs::path file = package();
    const auto taken = store.take_package(file);
    ASSERT_TRUE(taken);
    EXPECT_EQ(tests::text_of(taken->path / "code.so"), "code");
    EXPECT_EQ(tests::text_of(taken->path / "data/x"), "x");
    EXPECT_EQ(count("blobs"), 0U);
    EXPECT_EQ(store.take_package(file)->path, taken->path);
    EXPECT_EQ(count("unpacked"), 1U);
}

TEST_F(Storing, takes_the_same_bytes_as_a_file_and_as_a_package) {
    Store store = open();
    const fs::path file = package();
    const auto unpacked = store.take_package(file), blob = store.take_file(file);
    EXPECT_TRUE(fs::is_directory(unpacked->path));
    EXPECT_TRUE(fs::is_regular_file(blob->path));
}

TEST_F(Storing, says_what_is_missing_and_what_is_no_file) {
    Store store = open();
    const Error missing = store.take_file(folder_.path() / "none").error();
    EXPECT_EQ(missing.code, Errc::bad_model);
    EXPECT_THAT(missing.message, HasSubstr("none: No such file or directory"));
    EXPECT_THAT(store.take_file(folder_.path()).error().message,
                HasSubstr("is not a regular file"));
    EXPECT_EQ(count("blobs"), 0U);
}

TEST_F(Storing, of_a_broken_package_leaves_nothing_and_names_the_file_of_the_model) {
    Store store = open();
    const fs::path file = source("model.pt2", "no zip file");
    const Error error = store.take_package(file).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_EQ(error.message, file.string() + ": is no .pt2 package (not a zip file)");
    EXPECT_EQ(count("blobs"), 0U);
    EXPECT_EQ(count("unpacked"), 0U);
}

// Without rights to read it, a file can only be known by the index.
TEST_F(Storing, reads_no_file_again_that_the_index_knows) {
    const fs::path file = source("a", "content"), zip = package();
    {
        Store store = open();
        ASSERT_TRUE(store.take_file(file));
        ASSERT_TRUE(store.take_package(zip));
        store.save_index();
    }
    std::ifstream index(store_folder() / "index");
    ASSERT_EQ(std::count(std::istreambuf_iterator<char>(index), {}, '\n'), 2);
    // What the index says is believed: here it calls the file by a hash that is not its own.
    const std::string other = "0123456789abcdef0123456789abcdef";
    std::string text = tests::text_of(store_folder() / "index");
    const auto hash = open().take_file(file)->hash;
    text.replace(text.find(hash), hash.size(), other);
    std::ofstream(store_folder() / "index") << text;
    std::ofstream(store_folder() / "blobs" / other) << "CONTENT";
    EXPECT_EQ(open().take_file(file)->hash, other);
}

TEST_F(Storing, reads_a_file_again_that_has_changed) {
    Store store = open();
    const auto before = store.take_file(source("a", "first"));
    const auto after = store.take_file(source("a", "other"));
    EXPECT_NE(before->hash, after->hash);
    EXPECT_EQ(tests::text_of(before->path), "first");
}

TEST_F(Storing, takes_a_copy_again_that_was_lost_or_cut_short) {
    Store store = open();
    const fs::path file = source("a", "content");
    const fs::path copy = store.take_file(file)->path;
    fs::remove(copy);
    EXPECT_EQ(tests::text_of(store.take_file(file)->path), "content");
    fs::permissions(copy, fs::perms::owner_all);
    fs::resize_file(copy, 3);
    EXPECT_EQ(tests::text_of(store.take_file(file)->path), "content");
}

TEST_F(Storing, goes_on_with_an_index_that_is_rubbish) {
    open();
    std::ofstream(store_folder() / "index") << "1 2 3 4 5 ../../../../etc/passwd\nrubbish";
    EXPECT_TRUE(open().take_file(source("a", "content")));
}

// Of "content", by sha256sum.
constexpr const char* kSumOfContent =
    "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";

TEST_F(Storing, takes_a_file_that_has_the_sum_it_should_have) {
    Store store = open();
    const fs::path file = source("a", "content");
    EXPECT_TRUE(store.take_file(file, kSumOfContent));
    EXPECT_TRUE(store.take_file(file, kSumOfContent)) << "as the index knows it";
}

TEST_F(Storing, refuses_a_file_with_another_sum_and_tells_both) {
    Store store = open();
    const fs::path file = source("a", "something else");
    for (const bool known : {false, true}) {
        const auto refused = store.take_file(file, kSumOfContent);
        ASSERT_FALSE(refused) << known;
        EXPECT_EQ(refused.error().code, Errc::bad_model);
        EXPECT_THAT(refused.error().message,
                    testing::MatchesRegex(file.string() + ": its SHA-256 is [0-9a-f]{64}, where "
                                                          "model.toml says ed7002b4.*"));
    }
}

TEST_F(Storing, looks_for_the_sum_of_a_file_that_it_had_before) {
    const fs::path file = source("a", "content"), zip = package();
    {
        Store store = open();
        EXPECT_TRUE(store.take_file(file));
        EXPECT_TRUE(store.take_package(zip));
        store.save_index();
    }
    Store store = open();
    EXPECT_FALSE(store.take_file(file, std::string(64, '0')));
    EXPECT_TRUE(store.take_file(file, kSumOfContent));
    EXPECT_FALSE(store.take_package(zip, std::string(64, '0')));
    EXPECT_EQ(count("blobs"), 1U) << "the package's is not there again";
}

TEST_F(Storing, remembers_the_sum_over_a_restart) {
    const fs::path file = source("a", "content");
    {
        Store store = open();
        EXPECT_TRUE(store.take_file(file, kSumOfContent));
        store.save_index();
    }
    EXPECT_THAT(tests::text_of(store_folder() / "index"), HasSubstr(kSumOfContent));
    EXPECT_TRUE(open().take_file(file, kSumOfContent));
}

TEST_F(Storing, collects_what_nobody_uses) {
    Store store = open();
    const auto used = store.take_file(source("a", "used")),
               unused = store.take_file(source("b", "no"));
    const auto zip = store.take_package(package());
    std::ofstream(store_folder() / "blobs" / ".new-1-1") << "left behind";
    store.collect({used->hash});
    EXPECT_TRUE(fs::exists(used->path));
    EXPECT_FALSE(fs::exists(unused->path));
    EXPECT_FALSE(fs::exists(zip->path));
    EXPECT_EQ(count("blobs"), 1U);
}

TEST_F(Storing, collects_nothing_while_another_daemon_shares_it) {
    Store first = open();
    first.collect({});
    Store second = open();
    const auto taken = second.take_file(source("a", "of the second"));
    first.collect({});
    EXPECT_TRUE(fs::exists(taken->path));
    second.collect({});
    EXPECT_TRUE(fs::exists(taken->path));
}

TEST_F(Storing, by_two_daemons_at_once_gives_both_the_same) {
    Store first = open();
    first.collect({});
    Store second = open();
    const fs::path file = source("a", std::string(3 << 20, 'x')), zip = package();
    std::string hashes[2];
    fs::path paths[2];
    const auto take = [&](Store& store, int at) {
        for (int i = 0; i < 20; ++i) {
            const auto taken = store.take_file(file);
            const auto unpacked = store.take_package(zip);
            hashes[at] = taken ? taken->hash : describe(taken.error());
            if (unpacked) paths[at] = unpacked->path;
        }
    };
    std::thread other([&] { take(second, 1); });
    take(first, 0);
    other.join();
    EXPECT_EQ(hashes[0], hashes[1]);
    EXPECT_EQ(paths[0], paths[1]);
    EXPECT_EQ(tests::text_of(paths[0] / "code.so"), "code");
}

TEST_F(Storing, where_nothing_can_be_written_is_refused) {
    const Error error = Store::open("/proc/samovar").error();
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_THAT(error.hint, HasSubstr("--store"));
}

}  // namespace
}  // namespace samovar::daemon
