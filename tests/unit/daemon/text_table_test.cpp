// [text] of model.toml.

#include "daemon/models/text_table.hpp"

#include <gmock/gmock.h>

#include "daemon/models/model_file.hpp"
#include "toml_fault.hpp"

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMoods = R"(task = "classify-text"
[[code]]
file = "model.pt"
[text]
tokenizer = "wordpiece"
labels = ["glad", "sad"]
)";
constexpr const char* kSentences = R"(task = "embed-text"
[[code]]
file = "model.pt"
[text]
tokenizer = "sentencepiece"
dims = 384
)";

ModelFile parsed(const std::string& text) {
    return parse_model_file(text, "m/model.toml", "folder");
}
std::string fault_of(const std::string& text) {
    return fault_in([&] { parsed(text); });
}

TEST(TextTable, takes_its_defaults_where_nothing_is_said) {
    const ModelFile model = parsed(kMoods);
    EXPECT_EQ(model.task, ipc::Task::classify_text);
    EXPECT_THAT(model.text.labels, ElementsAre("glad", "sad"));
    EXPECT_EQ(model.text.vocabulary, "vocab.txt");
    EXPECT_EQ(model.text.max_texts, 1024U);
    ipc::TextSpec expected;
    expected.label = "vocab.txt";
    expected.inputs = {{ipc::TextTensor::input_ids}, {ipc::TextTensor::attention_mask}};
    expected.max_length = 512;
    expected.columns = 2;
    EXPECT_EQ(model.text.spec, expected);
}

TEST(TextTable, declares_what_jobs_bring_and_get) {
    const ModelFile moods = parsed(std::string(kMoods) + "max_texts = 7\n");
    const ipc::Axis texts{"texts", 1, 7};
    EXPECT_EQ(moods.inputs.at(0),
              (ipc::TensorSpec{"texts", DType::uint8, {{"bytes", 0, 16'777'216}}, false}));
    EXPECT_EQ(moods.inputs.at(1), (ipc::TensorSpec{"ends", DType::int64, {texts}, false}));
    EXPECT_EQ(moods.outputs.at(0),
              (ipc::TensorSpec{"probabilities", DType::float32, {texts, {"", 2, 2}}, false}));
    EXPECT_EQ(parsed(kSentences).outputs.at(0).name, "embeddings");
    EXPECT_EQ(parsed(kSentences).outputs.at(0).shape.at(1), (ipc::Axis{"", 384, 384}));
}

TEST(TextTable, takes_every_key_that_the_documentation_names) {
    const ModelFile moods = parsed(std::string(kMoods) + R"(
vocabulary = "words.txt"
lower_case = false
space_chinese = false
vocabulary_size = 30522
max_length = 128
inputs = ["token_type_ids", "input_ids"]
activation = "sigmoid"
)");
    const ipc::TextSpec& spec = moods.text.spec;
    EXPECT_EQ(moods.text.vocabulary, "words.txt");
    EXPECT_FALSE(spec.lower_case);
    EXPECT_FALSE(spec.strip_accents);
    EXPECT_FALSE(spec.space_chinese);
    EXPECT_EQ(spec.vocabulary_size, 30522U);
    EXPECT_THAT(spec.inputs, ElementsAre(ipc::TextInput{ipc::TextTensor::token_type_ids},
                                         ipc::TextInput{ipc::TextTensor::input_ids}));
    EXPECT_EQ(spec.activation, ipc::Activation::sigmoid);

    const ModelFile sentences =
        parsed(std::string(kSentences) + "rules = \"nfc\"\npooling = \"cls\"\nnormalise = false\n");
    EXPECT_EQ(sentences.text.vocabulary, "spm.model");
    EXPECT_EQ(sentences.text.spec.vocabulary, ipc::Vocabulary::sentencepiece);
    EXPECT_TRUE(sentences.text.spec.compose);
    EXPECT_EQ(sentences.text.spec.pooling, ipc::Pooling::cls);
    EXPECT_FALSE(sentences.text.spec.normalise);
}

TEST(TextTable, strips_accents_where_it_makes_small_letters_unless_it_is_told_otherwise) {
    EXPECT_TRUE(parsed(std::string(kMoods) + "lower_case = true\n").text.spec.strip_accents);
    EXPECT_TRUE(parsed(std::string(kMoods) + "lower_case = false\nstrip_accents = true\n")
                    .text.spec.strip_accents);
}

TEST(TextTable, faults_name_the_line_and_the_key) {
    const auto expect = [](const std::string& line, const std::string& fault) {
        EXPECT_EQ(fault_of(std::string(kMoods) + line), "m/model.toml:7: text." + fault);
    };
    expect("vocabulary = \"../v.txt\"", "vocabulary: must be a file name, without a path");
    expect("rules = \"nfc\"", "rules: goes with tokenizer = \"sentencepiece\" only");
    expect("dims = 3", "dims: goes with task \"embed-text\" only");
    expect("inputs = [\"ids\"]",
           "inputs: \"ids\" is none of \"input_ids\", \"attention_mask\", \"token_type_ids\"");
    expect("inputs = [\"attention_mask\"]", "inputs: must hold \"input_ids\"");
    EXPECT_THAT(fault_of(std::string(kMoods) + "max_length = 1"), HasSubstr("text.max_length"));
    EXPECT_THAT(fault_of(std::string(kMoods) + "max_texts = 8193"), HasSubstr("text.max_texts"));
    EXPECT_THAT(fault_of(std::string(kMoods) + "max_lenght = 12"), HasSubstr("max_lenght"));
}

TEST(TextTable, is_refused_without_what_it_needs) {
    const std::string head = "task = \"classify-text\"\n[[code]]\nfile = \"model.pt\"\n";
    EXPECT_THAT(fault_of(head), HasSubstr("text: is required for task \"classify-text\""));
    EXPECT_THAT(fault_of(head + "[text]\nlabels = [\"a\"]\n"), HasSubstr("text.tokenizer"));
    EXPECT_THAT(fault_of(head + "[text]\ntokenizer = \"wordpiece\"\n"),
                HasSubstr("text.labels: is required for task \"classify-text\""));
    EXPECT_THAT(fault_of(std::string(kSentences) + "labels = [\"a\"]\n"),
                HasSubstr("text.labels: goes with task \"classify-text\" only"));
}

TEST(TextTable, refuses_labels_that_cannot_be_told_apart) {
    const auto labels = [](const std::string& list) {
        return fault_of(
            "task = \"classify-text\"\n[[code]]\nfile = \"model.pt\"\n[text]\n"
            "tokenizer = \"wordpiece\"\nlabels = " +
            list);
    };
    EXPECT_THAT(labels("[\"a\", \"a\"]"), HasSubstr("\"a\" stands twice"));
    EXPECT_THAT(labels("[\"\"]"), HasSubstr("a name has 1 to 64 bytes"));
    EXPECT_THAT(labels("[]"), HasSubstr("must hold 1 to 1024 names"));
    EXPECT_THAT(labels("[1]"), HasSubstr("must hold names"));
}

}  // namespace
}  // namespace samovar::daemon
