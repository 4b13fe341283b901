// Files that are no picture, or claim to be one of a size that nobody has memory for.

#include <gmock/gmock.h>
#include <zlib.h>

#include <fstream>

#include "ipc/image/encode.hpp"
#include "tests/integration/faults/with_worker.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using ipc::Bytes;
using testing::HasSubstr;

constexpr std::uint32_t kWidth = 60, kHeight = 45;
constexpr std::size_t kWidthAt = 16, kHeightAt = 20;  // in a PNG

constexpr const char* kMaskModel = R"(
task = "mask"
[[code]]
file = "mask.pt"
[mask]
size = [32, 40]
)";

class BadPictures : public WithWorker {
  protected:
    BadPictures() {
        const fs::path folder = daemon.models() / "mask";
        fs::create_directory(folder);
        std::ofstream(folder / "model.toml") << kMaskModel;
        fs::copy_file(fs::path(SAMOVAR_TEST_DATA) / "worker" / "mask.pt", folder / "mask.pt");
        bystander.get<ipc::ReloadReport>(ipc::Reload{});
        // The first job takes what every job takes once.
        client.get<ipc::Done>(masking(png()));
        process = worker();
        before = census();
        peak = peak_kilobytes(process);
    }
    void TearDown() override {
        EXPECT_EQ(worker(), process) << "the worker has not survived it";
        EXPECT_LT(peak_kilobytes(process), peak + (64u << 10));
        client.get<ipc::Done>(masking(png()));
        expect_bystander_served();
        expect_nothing_left(before);
    }

    static Bytes pixels() {
        Bytes bytes(std::size_t{3} * kWidth * kHeight);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i * i / 7);
        return bytes;
    }
    static Bytes png() {
        return image::encode_png({pixels(), kWidth, kHeight, image::PixelFormat::rgb}).value();
    }
    static Bytes jpeg() {
        return image::encode_jpeg({pixels(), kWidth, kHeight, image::PixelFormat::rgb}, 90).value();
    }
    // A PNG whose header claims another size, and whose checksum is right.
    static Bytes png_that_claims(std::uint32_t width, std::uint32_t height) {
        Bytes file = png();
        put(file, kWidthAt, width);
        put(file, kHeightAt, height);
        const auto* header = reinterpret_cast<const Bytef*>(file.data()) + 12;
        put(file, 29, static_cast<std::uint32_t>(::crc32(0, header, 17)));
        return file;
    }
    static void put(Bytes& file, std::size_t at, std::uint32_t number) {
        for (std::size_t i = 0; i < 4; ++i)
            file[at + i] = static_cast<std::byte>(number >> (24 - 8 * i));
    }
    // The file through the channel, and the alpha in the answer.
    ipc::Submit masking(const Bytes& file) const {
        std::ranges::copy(file, picture_channel.bytes().begin());
        ipc::Submit submit =
            job("mask", {slot_input(DType::encoded_image, {file.size()}, picture_channel.id, 0)});
        submit.params.push_back({"output", "alpha"});
        return submit;
    }
    void expect_refused(const Bytes& file, const std::string& says) {
        const Error error = client.call(masking(file)).error();
        EXPECT_EQ(error.code, Errc::bad_image) << describe(error);
        EXPECT_THAT(error.message, HasSubstr(says));
    }

    TestClient client = connect();
    TestChannel picture_channel = open_channel(client, 1u << 20);
    pid_t process = 0;
    Census before;
    std::size_t peak = 0;
};

TEST_F(BadPictures, of_ten_thousand_million_pixels_are_refused_by_their_header) {
    for (int i = 0; i < 20; ++i)
        expect_refused(png_that_claims(100'000, 100'000),
                       "100000 x 100000 pixels, and no side may be longer than 65535");
}

TEST_F(BadPictures, of_too_many_pixels_between_short_sides_are_refused_by_their_header) {
    for (int i = 0; i < 20; ++i)
        expect_refused(png_that_claims(60'000, 60'000), "268435456 allowed");
}

// 768 MB of pixels are allowed; that they are announced must cost nothing.
TEST_F(BadPictures, that_announce_many_pixels_and_bring_few_cost_no_memory) {
    for (int i = 0; i < 10; ++i)
        expect_refused(png_that_claims(16'000, 16'000), "");
}

TEST_F(BadPictures, that_are_cut_anywhere_are_refused) {
    for (const Bytes& whole : {png(), jpeg()})
        for (std::size_t length = 1; length < whole.size(); length += whole.size() / 60)
            expect_refused({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)},
                           "");
}

// A JPEG of which one byte is another is often still a picture.
TEST_F(BadPictures, of_which_a_byte_is_wrong_are_refused_or_drawn_and_hurt_nobody) {
    int refused = 0;
    for (const Bytes& whole : {png(), jpeg()})
        for (std::size_t at = 2; at < whole.size(); at += whole.size() / 150) {
            Bytes file = whole;
            file[at] ^= std::byte{0x55};
            const Answer answer = client.call(masking(file));
            if (answer.is<ipc::Done>()) continue;
            EXPECT_EQ(answer.error().code, Errc::bad_image) << answer.describe();
            ++refused;
        }
    EXPECT_GT(refused, 100);
    expect_bystander_served();
}

TEST_F(BadPictures, that_are_none_at_all_are_refused) {
    expect_refused(Bytes(1000, std::byte{'x'}), "neither a JPEG nor a PNG");
    const Error error = client.call(masking({})).error();
    EXPECT_TRUE(error.code == Errc::bad_image || error.code == Errc::bad_input) << describe(error);
}

}  // namespace
}  // namespace samovar::tests
