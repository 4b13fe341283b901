#include "daemon/worker/text/spm_file.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <string>

#include "spm_bytes.hpp"

namespace samovar::worker::text {
namespace {

using testing::HasSubstr;

std::string problem(std::string_view content) {
    const auto file = parse_spm(content, "spm.model");
    if (file) return "";
    EXPECT_EQ(file.error().code, Errc::bad_model);
    return file.error().message;
}

TEST(SpmFile, gives_pieces_scores_and_kinds_by_id) {
    const auto file = parse_spm(spm_model(spm_piece("a", -1.5F) + spm_piece("<url>", 0, 4)), "m");
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->pieces.size(), 6u);
    EXPECT_EQ(file->pieces[4].text, "a");
    EXPECT_EQ(file->pieces[4].score, -1.5F);
    EXPECT_EQ(file->pieces[1].kind, SpmKind::control);
    EXPECT_EQ(file->pieces[5].kind, SpmKind::user_defined);
    EXPECT_EQ(file->unknown, 3);
    EXPECT_EQ(file->charsmap, "");
}

TEST(SpmFile, passes_over_fields_that_it_does_not_know) {
    const std::string strange = number_field(900, 7) + bytes_field(901, "x") +
                                varint(902 << 3 | 1) + std::string(8, 'x') + varint(903 << 3 | 5) +
                                std::string(4, 'x');
    EXPECT_EQ(problem(strange + spm_model(strange)), "");
}

TEST(SpmFile, a_file_that_is_cut_short_is_refused) {
    const std::string whole = spm_model(spm_piece("a", -1) + spm_piece("b", -2));
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        const std::string message = problem(whole.substr(0, bytes));
        EXPECT_THAT(message, HasSubstr("spm.model")) << "at " << bytes;
    }
}

TEST(SpmFile, pieces_that_cannot_be_used_are_named_by_number) {
    EXPECT_THAT(problem(spm_model(spm_piece("", -1))), HasSubstr("number 4 is empty"));
    EXPECT_THAT(problem(spm_model(spm_piece("\xFF", -1))), HasSubstr("number 4 is not UTF-8"));
    EXPECT_THAT(problem(spm_model(spm_piece("a", -1, 9))), HasSubstr("of the unknown kind 9"));
    EXPECT_THAT(problem(spm_model(spm_piece("a", std::numeric_limits<float>::infinity()))),
                HasSubstr("no finite number"));
    EXPECT_THAT(problem(spm_model(spm_piece("a", -1) + spm_piece("a", -2))),
                HasSubstr("number 5 ('a') is there twice"));
}

TEST(SpmFile, other_kinds_of_models_are_refused) {
    const std::string pieces = spm_piece("[UNK]", 0, 2);
    EXPECT_THAT(problem(pieces + bytes_field(2, number_field(3, 2))),
                HasSubstr("no unigram model"));
    EXPECT_THAT(problem(pieces + bytes_field(2, number_field(35, 1))),
                HasSubstr("falls back to bytes"));
    EXPECT_THAT(problem(pieces + spm_trainer(1)), HasSubstr("no piece for what it does not know"));
    EXPECT_THAT(problem("[PAD]\n[UNK]\n"), HasSubstr("no SentencePiece model"));
}

}  // namespace
}  // namespace samovar::worker::text
