#include "client/cli/console.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace samovar::cli {
namespace {

constexpr Stream kPipe{false, false}, kTerminal{true, true}, kPlainTerminal{true, false};

struct Said {
    std::string out, err;
};

template <class Body>
Said said(Stream out, Stream err, Body body) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    {
        Console console(out, err);
        body(console);
    }
    std::fflush(stdout);
    Said what;
    what.out = testing::internal::GetCapturedStdout();
    what.err = testing::internal::GetCapturedStderr();
    return what;
}

TEST(Console, DataGoesToStandardOutputAndAllElseToStandardError) {
    const Said what = said(kPipe, kPipe, [](Console& console) {
        console.print("data\n");
        console.note("words");
        console.complain({Errc::io, "it broke", "mend it", 0, 0}, "x.png");
    });
    EXPECT_EQ(what.out, "data\n");
    EXPECT_EQ(what.err, "words\nsamovar: x.png: it broke\n         mend it\n");
}

TEST(Console, AnErrorWithoutWordsSaysItsName) {
    const Said what = said(kPipe, kPipe, [](Console& console) {
        console.complain({Errc::busy, "", "", 0, 0});
    });
    EXPECT_EQ(what.err, "samovar: busy\n");
}

TEST(Console, AMessageThatNamesTheFileDoesNotNameItTwice) {
    const Said what = said(kPipe, kPipe, [](Console& console) {
        console.complain({Errc::io, "opening x.png: No such file", "", 0, 0}, "x.png");
    });
    EXPECT_EQ(what.err, "samovar: opening x.png: No such file\n");
}

TEST(Console, OnlyAStreamWithColoursGetsThem) {
    EXPECT_EQ(Console::paint(kTerminal, Colour::red, "x"), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(Console::paint(kPlainTerminal, Colour::red, "x"), "x");
    EXPECT_EQ(Console::paint(kPipe, Colour::red, "x"), "x");
}

TEST(Console, TheStatusLineIsForTerminalsAndIsWipedBeforeWords) {
    const auto draw = [](Console& console) {
        console.status("half way");
        console.print("data\n");
    };
    EXPECT_EQ(said(kPipe, kPipe, draw).err, "");
    EXPECT_EQ(said(kPipe, kTerminal, draw).err, "\rhalf way\x1b[K\r\x1b[K");
}

TEST(Console, TheStatusLineIsWipedAtTheEnd) {
    const Said what = said(kPipe, kTerminal, [](Console& console) { console.status("half way"); });
    EXPECT_EQ(what.err, "\rhalf way\x1b[K\r\x1b[K");
}

TEST(Console, ControlCharactersDoNotReachATerminal) {
    EXPECT_EQ(printable("a\x1b[31m\nb\x7f\tc"), "a?[31m?b?\tc");
    EXPECT_EQ(printable("\xc3\xa4"), "\xc3\xa4");
    const Said what = said(kPipe, kPipe, [](Console& console) {
        console.complain({Errc::io, "bad\x1b[2J", "", 0, 0}, "evil\x1b]0;name");
    });
    EXPECT_EQ(what.err.find('\x1b'), std::string::npos);
}

TEST(Console, ADocumentIsOneLineForProgramsAndIndentedForPeople) {
    const auto print = [](Console& console) { console.print_document(Json{{"a", 1}}); };
    EXPECT_EQ(said(kPipe, kPipe, print).out, "{\"a\":1}\n");
    EXPECT_EQ(said(kTerminal, kPipe, print).out, "{\n  \"a\": 1\n}\n");
}

TEST(Console, AFilesNameThatIsNoUtf8DoesNotBreakADocument) {
    EXPECT_EQ(to_text(Json{{"file", "a\xff.png"}}, false), "{\"file\":\"a\xef\xbf\xbd.png\"}\n");
}

}  // namespace
}  // namespace samovar::cli
