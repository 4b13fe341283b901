#include "daemon/worker/text/batch_plan.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace samovar::worker::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::vector<std::uint32_t>> rows_of(const std::vector<TextBatch>& batches) {
    std::vector<std::vector<std::uint32_t>> rows;
    for (const TextBatch& batch : batches)
        rows.push_back(batch.rows);
    return rows;
}
std::vector<std::uint32_t> lengths_of(const std::vector<TextBatch>& batches) {
    std::vector<std::uint32_t> lengths;
    for (const TextBatch& batch : batches)
        lengths.push_back(batch.length);
    return lengths;
}

std::vector<TextBatch> plan(const std::vector<std::uint32_t>& lengths, const BatchLimits& limits) {
    return plan_batches(lengths, limits);
}

const BatchLimits kLimits{{16, 32, 64}, false, 32, 1024};

TEST(BatchPlan, of_nothing_is_empty) {
    EXPECT_THAT(plan({}, kLimits), IsEmpty());
}

TEST(BatchPlan, puts_the_longest_first) {
    EXPECT_THAT(rows_of(plan({3, 9, 5}, kLimits)), ElementsAre(ElementsAre(1, 2, 0)));
}

TEST(BatchPlan, keeps_the_order_of_texts_that_are_equally_long) {
    EXPECT_THAT(rows_of(plan({4, 4, 4}, kLimits)), ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(BatchPlan, cuts_120_sentences_into_batches_of_32) {
    const auto batches = plan(std::vector<std::uint32_t>(120, 23), kLimits);
    std::vector<std::size_t> sizes;
    for (const TextBatch& batch : batches)
        sizes.push_back(batch.rows.size());
    EXPECT_THAT(sizes, ElementsAre(32, 32, 32, 24));
}

TEST(BatchPlan, never_mixes_buckets) {
    EXPECT_THAT(rows_of(plan({16, 17, 33, 2}, kLimits)),
                ElementsAre(ElementsAre(2), ElementsAre(1), ElementsAre(0, 3)));
}

TEST(BatchPlan, pads_to_the_longest_of_a_batch) {
    EXPECT_THAT(lengths_of(plan({10, 20, 12, 40}, kLimits)), ElementsAre(40, 20, 12));
}

TEST(BatchPlan, pads_to_the_bucket_where_it_is_told_to) {
    BatchLimits limits = kLimits;
    limits.pad_to_bucket = true;
    EXPECT_THAT(lengths_of(plan({10, 20, 12, 40}, limits)), ElementsAre(64, 32, 16));
}

TEST(BatchPlan, counts_padding_against_the_tokens_of_a_batch) {
    const BatchLimits limits{{64}, false, 32, 40};
    EXPECT_THAT(rows_of(plan({20, 1, 1, 1}, limits)),
                ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

TEST(BatchPlan, gives_a_text_of_more_tokens_than_a_batch_may_have_a_batch_of_its_own) {
    const BatchLimits limits{{64}, false, 32, 10};
    EXPECT_THAT(rows_of(plan({50, 50}, limits)), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(BatchPlan, holds_every_text_once_within_the_limits_whatever_their_lengths) {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::uint32_t> lengths(random() % 200);
        for (std::uint32_t& length : lengths)
            length = 2 + static_cast<std::uint32_t>(random() % 63);
        BatchLimits limits = kLimits;
        limits.rows = 1 + static_cast<std::uint32_t>(random() % 40);
        limits.tokens = 1 + static_cast<std::uint32_t>(random() % 2000);
        limits.pad_to_bucket = random() % 2 == 0;
        std::vector<std::uint32_t> seen;
        for (const TextBatch& batch : plan(lengths, limits)) {
            ASSERT_FALSE(batch.rows.empty());
            ASSERT_LE(batch.rows.size(), limits.rows);
            ASSERT_TRUE(batch.rows.size() == 1 ||
                        batch.rows.size() * batch.length <= limits.tokens);
            for (const std::uint32_t row : batch.rows) {
                ASSERT_LE(lengths[row], batch.length);
                ASSERT_LT(batch.length, 2 * std::max(lengths[row], 16U) + 1);
                seen.push_back(row);
            }
        }
        std::sort(seen.begin(), seen.end());
        ASSERT_EQ(seen.size(), lengths.size());
        for (std::uint32_t i = 0; i < seen.size(); ++i)
            ASSERT_EQ(seen[i], i);
    }
}

}  // namespace
}  // namespace samovar::worker::text
