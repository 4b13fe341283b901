// What a worker that lies is caught at.

#include "daemon/dispatch/answer_check.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using ipc::OutputPlace;
using ipc::OutputTensor;
using testing::HasSubstr;

constexpr std::uint32_t kMine = 7, kAnothers = 8;

OutputTensor floats_in(std::uint32_t channel, std::uint64_t offset, std::uint64_t count) {
    OutputTensor output;
    output.dtype = DType::float32;
    output.shape = {count};
    output.channel = channel;
    output.offset = offset;
    return output;
}

// "" where nothing is wrong.
std::string wrong(std::vector<OutputTensor> outputs, std::vector<OutputPlace> places) {
    return not_as_asked(outputs, places).value_or("");
}

TEST(AnAnswer, is_good_where_its_outputs_are_in_their_places) {
    OutputTensor inside = floats_in(ipc::kInline, 0, 2);
    inside.data.resize(8);
    EXPECT_EQ(wrong({floats_in(kMine, 64, 4), inside}, {{kMine, 64, 16}}), "");
    EXPECT_EQ(wrong({}, {{kMine, 64, 16}}), "");
}

TEST(AnAnswer, is_refused_where_an_output_is_in_another_place) {
    for (const OutputTensor& output :
         {floats_in(kAnothers, 64, 4), floats_in(kMine, 128, 4), floats_in(ipc::kInline, 0, 4)})
        EXPECT_THAT(wrong({output}, {{kMine, 64, 16}}), HasSubstr("which was not asked for"));
    EXPECT_THAT(wrong({floats_in(kMine, 0, 4)}, {}), HasSubstr("which was not asked for"));
}

TEST(AnAnswer, is_refused_where_an_output_is_larger_than_its_place) {
    EXPECT_THAT(wrong({floats_in(kMine, 64, 5)}, {{kMine, 64, 16}}),
                HasSubstr("20 bytes in a place of 16"));
    EXPECT_THAT(wrong({floats_in(kMine, 64, std::uint64_t{1} << 62)}, {{kMine, 64, 16}}),
                HasSubstr("64 bits"));
    OutputTensor inside = floats_in(ipc::kInline, 0, 5);
    inside.data.resize(20);
    EXPECT_THAT(wrong({inside}, {{ipc::kInline, 0, 16}}), HasSubstr("in a place of 16"));
}

TEST(AnAnswer, is_refused_where_its_bytes_are_not_those_of_its_shape) {
    OutputTensor inside = floats_in(ipc::kInline, 0, 2);
    inside.data.resize(4);
    EXPECT_THAT(wrong({inside}, {}), HasSubstr("that its shape does not have"));
    OutputTensor both = floats_in(kMine, 64, 4);
    both.data.resize(16);
    EXPECT_THAT(wrong({both}, {{kMine, 64, 16}}), HasSubstr("that its shape does not have"));
}

}  // namespace
}  // namespace samovar::daemon
