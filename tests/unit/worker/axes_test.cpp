#include "daemon/worker/tasks/axes.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

const ipc::Axis kFour{"", 4, 4};
const ipc::Axis kBatch{"batch", 2, 8};

TEST(BindShape, takes_fixed_sizes_as_they_are) {
    NamedSizes sizes;
    EXPECT_EQ(bind_shape({kFour, kFour}, {4, 4}, sizes), std::nullopt);
    EXPECT_EQ(bind_shape({kFour}, {5}, sizes), "size 0 is 5 where it must be 4");
    EXPECT_TRUE(sizes.empty());
}

TEST(BindShape, learns_a_name_at_its_first_use_and_holds_others_to_it) {
    NamedSizes sizes;
    EXPECT_EQ(bind_shape({kBatch, kFour}, {3, 4}, sizes), std::nullopt);
    EXPECT_EQ(sizes.at("batch"), 3U);
    EXPECT_EQ(bind_shape({kBatch}, {3}, sizes), std::nullopt);
    EXPECT_EQ(bind_shape({kFour, kBatch}, {4, 5}, sizes),
              "size 1 is 5 where 'batch' is 3 elsewhere");
}

TEST(BindShape, keeps_named_sizes_within_their_bounds) {
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{9}, ~std::uint64_t{0}}) {
        NamedSizes sizes;
        EXPECT_EQ(bind_shape({kBatch}, {size}, sizes),
                  "size 0 is " + std::to_string(size) + " where 'batch' is from 2 to 8");
    }
}

TEST(BindShape, compares_ranks_first) {
    NamedSizes sizes;
    EXPECT_EQ(bind_shape({kFour}, {4, 4}, sizes), "it has 2 sizes where there must be 1");
    EXPECT_EQ(bind_shape({}, {}, sizes), std::nullopt);
}

TEST(InWords, shows_names_and_numbers) {
    EXPECT_EQ(in_words({"x", DType::float32, {kBatch, kFour}, false}), "float32 [batch, 4]");
    EXPECT_EQ(in_words(DType::uint8, {3, 4}), "uint8 [3, 4]");
}

}  // namespace
}  // namespace samovar::worker
