// Pages of the manual, from the definitions of the commands.

#include "client/cli/manual/page.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

CommandShape shape() {
    return {"pour",
            "Pour a cup",
            "From the pot,\nwith_lemon.",
            "  samovar pour CUP\n  samovar pour --hot CUP",
            "{\"cup\"}",
            {{{"CUP"}, "", "which cup", true}, {{"-t", "--for"}, "TIME", "how *long*", false}}};
}

TEST(APage, has_the_parts_that_pages_have) {
    const std::string page = manual_page(shape());
    EXPECT_THAT(page, StartsWith("samovar-pour(1)\n\n# NAME\n\nsamovar-pour - Pour a cup\n"));
    EXPECT_THAT(page, HasSubstr("# SYNOPSIS\n\n*samovar pour* [options] CUP\n"));
    EXPECT_THAT(page, HasSubstr("# DESCRIPTION\n\nFrom the pot, with\\_lemon.\n"));
    EXPECT_THAT(page, HasSubstr("*\\-t*, *\\--for* TIME\n\thow \\*long\\*\n"));
    EXPECT_THAT(page, HasSubstr("```\nsamovar pour CUP\nsamovar pour --hot CUP\n```\n"));
}

TEST(APage, has_paragraphs_where_the_help_has_empty_lines) {
    CommandShape several = shape();
    several.detail = "From the pot.\n\n  Set in,\n  for a terminal.";
    EXPECT_THAT(manual_page(several),
                HasSubstr("# DESCRIPTION\n\nFrom the pot.\n\nSet in, for a terminal.\n"));
}

TEST(APage, is_there_for_each_command_and_named_in_the_overview) {
    const auto all = command_shapes();
    const std::string overview = manual_overview(all);
    for (const CommandShape& command : all) {
        EXPECT_THAT(overview, HasSubstr("*samovar-" + command.name + "*(1)"));
        EXPECT_THAT(manual_page(command), StartsWith("samovar-" + command.name + "(1)\n"));
    }
}

}  // namespace
}  // namespace samovar::cli
