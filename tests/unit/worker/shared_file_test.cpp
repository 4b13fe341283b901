// A file that several threads read together.

#include "daemon/worker/engine/shared_file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "tests/support/process.hpp"

namespace samovar::worker {
namespace {

constexpr std::size_t kNumbers = (9u << 20) / sizeof(std::uint32_t);  // in three shares

class SharedFiles : public testing::Test {
  protected:
    SharedFiles() {
        for (std::size_t i = 0; i < kNumbers; ++i)
            numbers_[i] = static_cast<std::uint32_t>(i * 2654435761u);
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(numbers_.data()), kNumbers * 4);
    }
    tests::TemporaryFolder folder_;
    std::string path_ = folder_.path() / "file";
    std::vector<std::uint32_t> numbers_ = std::vector<std::uint32_t>(kNumbers);
};

TEST_F(SharedFiles, are_read_whole_by_any_number_of_threads) {
    const auto file = SharedFile::open(path_);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size(), kNumbers * 4);
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
        std::vector<std::uint32_t> read(kNumbers);
        ASSERT_TRUE(file->read(0, std::as_writable_bytes(std::span(read)), threads));
        EXPECT_EQ(read, numbers_) << threads;
    }
}

TEST_F(SharedFiles, are_read_from_any_place) {
    const auto file = SharedFile::open(path_);
    std::vector<std::uint32_t> read((5u << 20) / 4);
    ASSERT_TRUE(file->read(400, std::as_writable_bytes(std::span(read)), 2));
    EXPECT_EQ(std::memcmp(read.data(), numbers_.data() + 100, read.size() * 4), 0);
}

TEST_F(SharedFiles, that_end_too_early_are_an_error) {
    const auto file = SharedFile::open(path_);
    std::vector<std::byte> read(kNumbers * 4);
    const auto done = file->read(4, read, 2);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
}

TEST_F(SharedFiles, that_are_missing_or_empty_are_bad_models) {
    EXPECT_EQ(SharedFile::open(path_ + "2").error().code, Errc::bad_model);
    std::ofstream(path_ + "3").close();
    EXPECT_EQ(SharedFile::open(path_ + "3").error().code, Errc::bad_model);
    EXPECT_EQ(SharedFile::open(folder_.path()).error().code, Errc::bad_model);
}

}  // namespace
}  // namespace samovar::worker
