#include "daemon/worker/tasks/parameters.hpp"

#include <gmock/gmock.h>

namespace samovar::worker {
namespace {

TEST(TensorParams, are_none) {
    EXPECT_TRUE(read_tensor_params({}));
    EXPECT_EQ(read_tensor_params({{"a", "b"}}).error().code, Errc::invalid_argument);
}

TEST(MaskParams, choose_between_cutout_and_alpha) {
    EXPECT_EQ(*read_mask_params({}), MaskOutput::cutout);
    EXPECT_EQ(*read_mask_params({{"output", "cutout"}}), MaskOutput::cutout);
    EXPECT_EQ(*read_mask_params({{"output", "alpha"}}), MaskOutput::alpha);
}

TEST(MaskParams, that_are_wrong_name_what_there_is) {
    for (const std::vector<ipc::Param>& params :
         std::vector<std::vector<ipc::Param>>{{{"output", "Alpha"}},
                                              {{"output", ""}},
                                              {{"size", "1"}},
                                              {{"output", "alpha"}, {"x", ""}},
                                              {{"output", "alpha"}, {"output", "cutout"}}}) {
        const auto output = read_mask_params(params);
        ASSERT_FALSE(output);
        EXPECT_EQ(output.error().code, Errc::invalid_argument);
        EXPECT_THAT(output.error().hint, testing::HasSubstr("alpha or cutout"));
    }
}

std::optional<Encoding> encoding(std::vector<ipc::Param> params) {
    return take_encoding(params).value();
}

TEST(EncodingParams, are_taken_out_of_the_others) {
    std::vector<ipc::Param> params{
        {"quality", "40"}, {"output", "alpha"}, {"encode", "jpeg"}, {"optimise", "true"}};
    const auto taken = take_encoding(params).value();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->format, image::ImageFormat::jpeg);
    EXPECT_EQ(taken->quality, 40);
    EXPECT_TRUE(taken->optimise);
    ASSERT_EQ(params.size(), 1U);
    EXPECT_EQ(params[0].key, "output");
}

TEST(EncodingParams, are_none_where_nothing_is_said_and_have_defaults) {
    EXPECT_FALSE(encoding({{"output", "alpha"}}));
    EXPECT_EQ(encoding({{"encode", "png"}})->format, image::ImageFormat::png);
    EXPECT_EQ(encoding({{"encode", "jpeg"}})->quality, 90);
    EXPECT_FALSE(encoding({{"encode", "jpeg"}, {"optimise", "false"}})->optimise);
}

TEST(EncodingParams, that_are_wrong_name_what_there_is) {
    for (std::vector<ipc::Param> params :
         std::vector<std::vector<ipc::Param>>{{{"encode", "webp"}},
                                              {{"encode", ""}},
                                              {{"quality", "40"}},
                                              {{"optimise", "true"}},
                                              {{"encode", "jpeg"}, {"quality", "0"}},
                                              {{"encode", "jpeg"}, {"quality", "101"}},
                                              {{"encode", "jpeg"}, {"quality", "9x"}},
                                              {{"encode", "png"}, {"quality", "40"}},
                                              {{"encode", "png"}, {"optimise", "yes"}},
                                              {{"encode", "png"}, {"encode", "png"}}}) {
        const auto taken = take_encoding(params);
        ASSERT_FALSE(taken);
        EXPECT_EQ(taken.error().code, Errc::invalid_argument);
        EXPECT_THAT(taken.error().hint, testing::HasSubstr("encode = jpeg or png"));
    }
}

}  // namespace
}  // namespace samovar::worker
