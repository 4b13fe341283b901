#include "daemon/models/toml_letters.hpp"

#include <gtest/gtest.h>

#include "daemon/models/model_file.hpp"

namespace samovar::daemon {
namespace {

TEST(PlainLetters, AreAsciiAndComeBackAsTheyWere) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (const std::string& text : {all, std::string("%"), std::string("%C3"), std::string("")}) {
        const std::string plain = to_plain_letters(text);
        for (const char letter : plain)
            ASSERT_GE(letter, 0);
        EXPECT_EQ(from_plain_letters(plain), text);
    }
    EXPECT_EQ(to_plain_letters("a \xc3\xa9 50%"), "a %C3%A9 50%25");
}

TEST(PlainLetters, ThatWereNeverMadeAreLeftAlone) {
    for (const char* text : {"%", "%4", "%zz", "100%"})
        EXPECT_EQ(from_plain_letters(text), text);
}

TEST(Utf8, IsKnownFromWhatIsNone) {
    for (const char* good : {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                             "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good)) << good;
    const std::string_view bad[] = {
        "\x80",              // a continuation that continues nothing
        "\xc3",              // cut short
        "\xc3(",             // no continuation
        "\xc0\xaf",          // "/" in two bytes
        "\xe0\x9f\xbf",      // two bytes' worth in three
        "\xf0\x8f\xbf\xbf",  // three bytes' worth in four
        "\xed\xa0\x80",      // a surrogate
        "\xf4\x90\x80\x80",  // above U+10FFFF
        "\xff",
    };
    for (const std::string_view text : bad)
        EXPECT_FALSE(is_utf8(text));
}

// Bytes at which toml++ would otherwise run into what it takes to be impossible.
TEST(PlainLetters, KeepTheParserFromWhatItCannotTake) {
    using std::string_literals::operator""s;
    for (const std::string& text : {"[\0mask]"s, "\xef\xba\xbfoZ"s, "[+[code"s,
                                    "a = -n\"s\xc5\x9e"s, "a = 1 \xc3\xa9"s, "\xc3 = 1"s})
        EXPECT_THROW(parse_model_file(text, "model.toml", "folder"), TomlFault) << text;
}

TEST(PlainLetters, DoNotShowInWhatAModelFileSays) {
    const ModelFile model = parse_model_file(R"(
description = "100% caf\u00e9, café"
task = "tensor"
code = [{file = "a.pt"}]
[[input]]
name = "größe"
dtype = "float32"
shape = ["höhe"]
[[output]]
name = "y"
dtype = "float32"
shape = ["höhe"]
[dims]
"höhe" = [2, 7]
)",
                                             "model.toml", "folder");
    EXPECT_EQ(model.description, "100% café, café");
    ASSERT_EQ(model.inputs.size(), 1U);
    EXPECT_EQ(model.inputs[0].name, "größe");
    EXPECT_EQ(model.inputs[0].shape[0].name, "höhe");
    EXPECT_EQ(model.inputs[0].shape[0].max, 7U);
}

TEST(PlainLetters, DoNotShowInFaults) {
    try {
        parse_model_file("task = \"tensor\"\n[[code]]\nfile = \"a.pt\"\n\"schlüssel\" = 1\n",
                         "model.toml", "folder");
        FAIL() << "no fault";
    } catch (const TomlFault& fault) {
        EXPECT_NE(std::string(fault.what()).find("schl\xc3\xbcssel"), std::string::npos)
            << fault.what();
    }
}

}  // namespace
}  // namespace samovar::daemon
