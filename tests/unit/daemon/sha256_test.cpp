#include "daemon/models/sha256.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace samovar::daemon {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string sum_of(std::string_view text) {
    Sha256 sum;
    sum.add(bytes_of(text));
    return sum.finish();
}

// The examples of FIPS 180-4 and its supplements.
TEST(Sha256, is_that_of_the_standards_examples) {
    EXPECT_EQ(sum_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sum_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sum_of(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, does_not_depend_on_the_pieces) {
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += static_cast<char>(i * 7);
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::string_view all = std::string_view(text).substr(0, length);
        Sha256 one, two;
        const std::size_t cut = length * 2 / 3;
        one.add(bytes_of(all));
        two.add(bytes_of(all.substr(0, cut)));
        two.add(bytes_of(all.substr(cut)));
        ASSERT_EQ(one.finish(), two.finish()) << length;
    }
}

}  // namespace
}  // namespace samovar::daemon
