#include "daemon/worker/cache/result_cache.hpp"

#include <gtest/gtest.h>

namespace samovar::worker {
namespace {

using ipc::Bytes;

// What an entry of these keys and results takes, 100 bytes of input and as many of output.
constexpr std::uint64_t kEntry = 1024 + 200;

ResultKey key(char content, std::uint64_t digest) {
    ResultKey key;
    ipc::InputTensor& input = key.inputs.emplace_back();
    input.dtype = DType::uint8;
    input.shape = {100};
    input.data = Bytes(100, static_cast<std::byte>(content));
    key.digest = {digest, 0};
    return key;
}
ResultKey key(char content) {
    return key(content, static_cast<std::uint64_t>(content));
}
std::shared_ptr<const KeptResult> result(char content, std::size_t bytes = 100) {
    KeptResult result;
    ipc::OutputTensor& output = result.outputs.emplace_back();
    output.dtype = DType::uint8;
    output.shape = {bytes};
    output.data = Bytes(bytes, static_cast<std::byte>(content));
    return std::make_shared<const KeptResult>(std::move(result));
}

// The content of what is kept for a key; 0: nothing is.
char found(ResultCache& cache, const ResultKey& key) {
    const auto kept = cache.find(key);
    return kept ? static_cast<char>(kept->outputs.at(0).data.at(0)) : '\0';
}

TEST(ResultCache, gives_back_what_was_kept_for_an_equal_job) {
    ResultCache cache(1 << 20);
    EXPECT_EQ(found(cache, key('a')), '\0');
    cache.keep(key('a'), result('A'));
    cache.keep(key('b'), result('B'));
    EXPECT_EQ(found(cache, key('a')), 'A');
    EXPECT_EQ(found(cache, key('b')), 'B');
}

TEST(ResultCache, compares_every_byte_so_that_a_collision_answers_nothing) {
    ResultCache cache(1 << 20);
    cache.keep(key('a', 7), result('A'));
    ResultKey other = key('a', 7);
    other.inputs[0].data.back() = std::byte{0};
    EXPECT_EQ(found(cache, other), '\0');
    EXPECT_EQ(found(cache, key('a', 7)), 'A');
}

TEST(ResultCache, keeps_the_last_of_two_whose_digests_collide) {
    ResultCache cache(1 << 20);
    cache.keep(key('a', 7), result('A'));
    cache.keep(key('b', 7), result('B'));
    EXPECT_EQ(found(cache, key('a', 7)), '\0');
    EXPECT_EQ(found(cache, key('b', 7)), 'B');
    EXPECT_EQ(cache.kept(), (ipc::KeptResults{kEntry, 1}));
}

TEST(ResultCache, tells_apart_types_shapes_and_parameters_of_the_same_bytes) {
    ResultCache cache(1 << 20);
    cache.keep(key('a'), result('A'));
    ResultKey type = key('a'), shape = key('a'), parameter = key('a');
    type.inputs[0].dtype = DType::int8;
    shape.inputs[0].shape = {10, 10};
    parameter.params.push_back({"output", "alpha"});
    EXPECT_EQ(found(cache, type), '\0');
    EXPECT_EQ(found(cache, shape), '\0');
    EXPECT_EQ(found(cache, parameter), '\0');
}

TEST(ResultCache, does_not_ask_how_an_input_was_called) {
    ResultCache cache(1 << 20);
    cache.keep(key('a'), result('A'));
    ResultKey named = key('a');
    named.inputs[0].name = "image";
    EXPECT_EQ(found(cache, named), 'A');
}

TEST(ResultCache, lets_go_what_was_not_used_for_longest) {
    ResultCache cache(2 * kEntry);
    cache.keep(key('a'), result('A'));
    cache.keep(key('b'), result('B'));
    EXPECT_EQ(found(cache, key('a')), 'A');
    cache.keep(key('c'), result('C'));
    EXPECT_EQ(found(cache, key('b')), '\0');
    EXPECT_EQ(found(cache, key('a')), 'A');
    EXPECT_EQ(found(cache, key('c')), 'C');
    EXPECT_EQ(cache.kept(), (ipc::KeptResults{2 * kEntry, 2}));
}

TEST(ResultCache, keeps_nothing_that_alone_is_over_its_bound) {
    ResultCache cache(2 * kEntry);
    cache.keep(key('a'), result('A'));
    cache.keep(key('b'), result('B', 2 * kEntry));
    EXPECT_EQ(found(cache, key('b')), '\0');
    EXPECT_EQ(found(cache, key('a')), 'A') << "nothing has left for it";
    EXPECT_TRUE(cache.could_keep(2 * kEntry - 1024));
    EXPECT_FALSE(cache.could_keep(2 * kEntry - 1023));
}

TEST(ResultCache, counts_a_result_once_that_is_kept_again) {
    ResultCache cache(1 << 20);
    cache.keep(key('a'), result('A'));
    cache.keep(key('a'), result('A'));
    EXPECT_EQ(cache.kept(), (ipc::KeptResults{kEntry, 1}));
}

TEST(ResultCache, is_empty_once_cleared_and_what_was_found_lives_on) {
    ResultCache cache(1 << 20);
    cache.keep(key('a'), result('A'));
    const auto held = cache.find(key('a'));
    cache.clear();
    EXPECT_EQ(cache.kept(), ipc::KeptResults());
    EXPECT_EQ(found(cache, key('a')), '\0');
    EXPECT_EQ(held->outputs.at(0).data.size(), 100U);
}

}  // namespace
}  // namespace samovar::worker
