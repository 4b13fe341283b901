// The keys of [batch] that are about rows of different lengths.

#include "daemon/models/batch_lengths.hpp"

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kTensors = R"(task = "tensor"
[[code]]
file = "m.pt"
[[input]]
name = "ids"
dtype = "int64"
shape = ["n", "length"]
[[output]]
name = "y"
dtype = "float32"
shape = ["n"]
[dims]
length = [1, 512]
)";
const std::string kTexts = R"(task = "classify-text"
[[code]]
file = "model.pt"
[text]
tokenizer = "wordpiece"
labels = ["glad", "sad"]
)";

BatchRules rules_of(const std::string& text) {
    return parse_model_file(text, "model.toml", "m").batch;
}
std::string fault_of(const std::string& text) {
    return fault_in([&] { rules_of(text); });
}
BatchRules tensors(const std::string& lines) {
    return rules_of(kTensors + "[batch]\nmax = 8\n" + lines);
}
std::string tensors_fault(const std::string& lines) {
    return fault_of(kTensors + "[batch]\nmax = 8\n" + lines);
}

TEST(BatchLengths, of_tensors_are_equal_where_nothing_is_said) {
    const BatchRules rules = tensors("");
    EXPECT_EQ(rules.spec.length, "");
    EXPECT_EQ(rules.spec.max_tokens, 0U);
    EXPECT_THAT(rules.spec.buckets, IsEmpty());
}

TEST(BatchLengths, of_tensors_are_told_of_by_the_name_of_their_size) {
    const BatchRules rules = tensors(
        "length = \"length\"\nmax_tokens = 4096\nbuckets = [64, 512]\npad_to = \"bucket\"\n");
    EXPECT_EQ(rules.spec.length, "length");
    EXPECT_EQ(rules.spec.max_tokens, 4096U);
    EXPECT_THAT(rules.spec.buckets, ElementsAre(64, 512));
    EXPECT_TRUE(rules.spec.pad_to_bucket);
    EXPECT_FALSE(tensors("length = \"length\"\nbuckets = [64]\n").spec.pad_to_bucket);
}

TEST(BatchLengths, of_tensors_need_a_size_that_the_inputs_have_beside_their_rows) {
    EXPECT_THAT(tensors_fault("length = \"n\"\n"),
                HasSubstr("batch.length: \"n\" is no named size of an input behind its first"));
    EXPECT_THAT(tensors_fault("length = \"width\"\n"), HasSubstr("\"width\" is no named size"));
    EXPECT_THAT(tensors_fault("buckets = [64]\n"),
                HasSubstr("batch.buckets: goes with `length`, which names the size"));
    EXPECT_THAT(tensors_fault("max_tokens = 64\n"), HasSubstr("batch.max_tokens: goes with"));
    EXPECT_THAT(tensors_fault("length = \"length\"\npad_to = \"bucket\"\n"),
                HasSubstr("batch.pad_to: goes with `buckets`"));
}

TEST(BatchLengths, of_tensors_are_no_longer_than_the_network_takes) {
    EXPECT_THAT(tensors_fault("length = \"length\"\nbuckets = [64, 1024]\n"),
                HasSubstr("batch.buckets: must hold rising lengths, from 1 to 512"));
    EXPECT_THAT(tensors_fault("length = \"length\"\nbuckets = []\n"),
                HasSubstr("batch.buckets: holds no length"));
}

TEST(BatchLengths, of_pictures_are_not_there) {
    const std::string mask =
        "task = \"mask\"\n[[code]]\nfile = \"m.pt\"\n[mask]\nsize = [8, 8]\n"
        "[batch]\nmax = 4\n";
    EXPECT_THAT(fault_of(mask + "buckets = [16]\n"), HasSubstr("batch.buckets"));
}

TEST(BatchLengths, of_texts_have_defaults_without_a_table) {
    const BatchRules rules = rules_of(kTexts);
    EXPECT_EQ(rules.spec.rows, 32U);
    EXPECT_EQ(rules.delay, std::chrono::milliseconds(5));
    EXPECT_EQ(rules.spec.max_tokens, 8192U);
    EXPECT_THAT(rules.spec.buckets, ElementsAre(16, 32, 64, 128, 256, 512));
    EXPECT_FALSE(rules.spec.pad_to_bucket);
    EXPECT_EQ(rules_of(kTexts + "[batch]\nmax_delay = \"1ms\"\n").spec, rules.spec);
}

TEST(BatchLengths, of_texts_take_what_the_table_says) {
    const BatchRules rules = rules_of(kTexts + R"(max_length = 128
[batch]
max = 4
max_delay = "20ms"
max_tokens = 100
buckets = [8, 64]
pad_to = "bucket"
)");
    EXPECT_EQ(rules.spec.rows, 4U);
    EXPECT_EQ(rules.delay, std::chrono::milliseconds(20));
    EXPECT_EQ(rules.spec.max_tokens, 100U);
    EXPECT_THAT(rules.spec.buckets, ElementsAre(8, 64, 128));
    EXPECT_TRUE(rules.spec.pad_to_bucket);
    EXPECT_EQ(rules_of(kTexts + "[batch]\nsizes = [1, 8]\n").spec.rows, 8U);
}

TEST(BatchLengths, of_texts_end_with_the_longest_text) {
    const auto buckets = [](const std::string& lines) {
        return rules_of(kTexts + lines).spec.buckets;
    };
    EXPECT_THAT(buckets("max_length = 100\n"), ElementsAre(16, 32, 64, 100));
    EXPECT_THAT(buckets("max_length = 64\n"), ElementsAre(16, 32, 64));
    EXPECT_THAT(buckets("[batch]\nbuckets = []\n"), ElementsAre(512));
}

TEST(BatchLengths, faults_name_the_line_and_the_key) {
    EXPECT_EQ(fault_of(kTexts + "[batch]\nbuckets = [32, 16]\n"),
              "model.toml:8: batch.buckets: must hold rising lengths, from 2 to 8192");
    EXPECT_THAT(fault_of(kTexts + "[batch]\nlength = \"n\"\n"), HasSubstr("batch.length"));
    EXPECT_THAT(fault_of(kTexts + "[batch]\nmax_tokens = 0\n"), HasSubstr("batch.max_tokens"));
}

}  // namespace
}  // namespace samovar::daemon
