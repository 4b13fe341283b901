#include "client/cli/words.hpp"

#include <gtest/gtest.h>

#include "client/cli/exit_code.hpp"
#include "client/cli/table.hpp"

namespace samovar::cli {
namespace {

using namespace std::chrono_literals;

TEST(Words, BytesAreInPowersOfAThousand) {
    EXPECT_EQ(bytes_in_words(0), "0 B");
    EXPECT_EQ(bytes_in_words(999), "999 B");
    EXPECT_EQ(bytes_in_words(1000), "1.0 kB");
    EXPECT_EQ(bytes_in_words(999'949), "999.9 kB");
    EXPECT_EQ(bytes_in_words(999'950), "1.0 MB");
    EXPECT_EQ(bytes_in_words(268'569'344), "268.6 MB");
    EXPECT_EQ(bytes_in_words(~0ULL), "18.4 EB");
}

TEST(Words, TimesHaveThreePlacesOrSo) {
    EXPECT_EQ(time_in_words(85'400ns), "85 us");
    EXPECT_EQ(time_in_words(999'400ns), "999 us");
    EXPECT_EQ(time_in_words(999'600ns), "1.00 ms");
    EXPECT_EQ(time_in_words(3'421us), "3.42 ms");
    EXPECT_EQ(time_in_words(1200ms), "1.20 s");
    EXPECT_EQ(time_in_words(0ns), "0 us");
}

TEST(Words, AgesHaveTwoUnitsAtMost) {
    EXPECT_EQ(age_in_words(59'999ms), "59 s");
    EXPECT_EQ(age_in_words(60s), "1 min");
    EXPECT_EQ(age_in_words(5h + 12min), "5 h 12 min");
    EXPECT_EQ(age_in_words(51h), "2 d 3 h");
}

TEST(Words, OneThingIsSingular) {
    EXPECT_EQ(count_of(0, "job"), "0 jobs");
    EXPECT_EQ(count_of(1, "job"), "1 job");
    EXPECT_EQ(count_of(2, "job"), "2 jobs");
}

TEST(Words, ATensorShowsWhatMayVary) {
    EXPECT_EQ(tensor_in_words({"x", DType::float32, {}, false}), "float32 []");
    EXPECT_EQ(tensor_in_words({"x", DType::uint8, {{"height", 1, 9}, {"", 3, 3}}, true}),
              "uint8 [height, 3]  height 1..9");
}

TEST(Words, ABarIsAsWideAsToldWhateverTheShare) {
    EXPECT_EQ(bar(0, 4), "[>   ]");
    EXPECT_EQ(bar(0.5, 4), "[==> ]");
    EXPECT_EQ(bar(1, 4), "[====]");
    EXPECT_EQ(bar(7, 4), "[====]");
    EXPECT_EQ(bar(-1, 4), "[>   ]");
}

TEST(Words, ProgressWithoutALengthIsAName) {
    EXPECT_EQ(progress_in_words({"build", 0, 0}), "build");
    EXPECT_EQ(progress_in_words({"read", 1'500'000, 3'000'000}), "read 1.5 MB of 3.0 MB");
}

TEST(Table, ColumnsAreAlignedAndLinesEndWithTheirText) {
    Table table({{"NAME"}, {"BYTES", Table::Align::right}, {"ABOUT"}});
    table.add({"a", "5", ""});
    table.add({"longer", "12345", "x"});
    EXPECT_EQ(table.to_text({}),
              "NAME    BYTES  ABOUT\n"
              "a           5\n"
              "longer  12345  x\n");
}

TEST(Table, ColoursDoNotMoveColumns) {
    Table table({{"A"}, {"B"}});
    table.add({{"x", Colour::green}, "y"});
    EXPECT_EQ(table.to_text({true, true}),
              "\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[32mx\x1b[0m  y\n");
    EXPECT_EQ(table.to_text({true, false}), "A  B\nx  y\n");
}

TEST(Table, LettersOfSeveralBytesCountOnce) {
    Table table({{"N"}, {"X"}});
    table.add({"\xc3\xa4\xc3\xb6", "1"});
    table.add({"abc", "2"});
    EXPECT_EQ(table.to_text({}), "N    X\n\xc3\xa4\xc3\xb6   1\nabc  2\n");
}

TEST(ExitCode, EveryErrorHasThatOfItsKind) {
    EXPECT_EQ(exit_code(Errc::ok), kDone);
    for (const Errc code : {Errc::inference_failed, Errc::bad_image, Errc::model_failed, Errc::io,
                            Errc::worker_died, Errc::run_limit, Errc::out_of_memory})
        EXPECT_EQ(exit_code(code), kFailed) << to_string(code);
    for (const Errc code : {Errc::no_daemon, Errc::disconnected, Errc::version})
        EXPECT_EQ(exit_code(code), kNoDaemon) << to_string(code);
    for (const Errc code : {Errc::unknown_model, Errc::not_permitted, Errc::busy, Errc::bad_input,
                            Errc::no_device, Errc::model_exists, Errc::quota, Errc::shutting_down})
        EXPECT_EQ(exit_code(code), kRefused) << to_string(code);
    for (const Errc code : {Errc::timed_out, Errc::cancelled})
        EXPECT_EQ(exit_code(code), kTooLate) << to_string(code);
    EXPECT_EQ(exit_code(static_cast<Errc>(999)), kFailed) << "of a newer daemon";
}

}  // namespace
}  // namespace samovar::cli
