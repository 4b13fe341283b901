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

}  // namespace
}  // namespace samovar::worker
