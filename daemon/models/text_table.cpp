#include "daemon/models/text_table.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <samovar/limits.hpp>

#include "daemon/models/toml_letters.hpp"

namespace samovar::daemon {
namespace {

constexpr std::int64_t kMaxVocabularySize = std::int64_t{1} << 30;

bool is_plain_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
           name.find('/') == name.npos && name.find('\0') == name.npos;
}

std::uint32_t whole(TomlReader& reader, std::string_view key, std::int64_t low, std::int64_t high,
                    std::optional<std::int64_t> otherwise = {}) {
    return static_cast<std::uint32_t>(reader.integer(key, low, high, otherwise));
}

// The strings of an array, each once and of 1 to 64 bytes.
std::vector<std::string> read_names(TomlReader& reader, std::string_view key, std::size_t most) {
    const toml::array* list = reader.array(key);
    if (list == nullptr) return {};
    if (list->empty() || list->size() > most)
        reader.fail(key, "must hold 1 to " + std::to_string(most) + " names");
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const toml::node& node : *list) {
        if (!node.is_string()) reader.fail_at(node, key, "must hold names");
        names.push_back(from_plain_letters(node.as_string()->get()));
        if (names.back().empty() || names.back().size() > kMaxNameBytes)
            reader.fail_at(node, key, "a name has 1 to 64 bytes");
        if (!seen.insert(names.back()).second)
            reader.fail_at(node, key, "\"" + names.back() + "\" stands twice");
    }
    return names;
}

void read_vocabulary(TomlReader& reader, TextTable& table) {
    ipc::TextSpec& spec = table.spec;
    const bool pieces =
        reader.one_of("tokenizer", {"wordpiece", "sentencepiece"}) == "sentencepiece";
    spec.vocabulary = pieces ? ipc::Vocabulary::sentencepiece : ipc::Vocabulary::wordpiece;
    table.vocabulary = spec.label = reader.text("vocabulary", pieces ? "spm.model" : "vocab.txt");
    if (!is_plain_name(table.vocabulary))
        reader.fail("vocabulary", "must be a file name, without a path");
    for (const std::string_view key : {"lower_case", "strip_accents", "space_chinese"})
        if (pieces && reader.has(key)) reader.fail(key, "goes with tokenizer = \"wordpiece\" only");
    if (!pieces && reader.has("rules"))
        reader.fail("rules", "goes with tokenizer = \"sentencepiece\" only");
    if (pieces) {
        spec.compose = reader.one_of("rules", {"of_model", "nfc"}, "of_model") == "nfc";
    } else {
        spec.lower_case = reader.boolean("lower_case", true);
        spec.strip_accents = reader.boolean("strip_accents", spec.lower_case);
        spec.space_chinese = reader.boolean("space_chinese", true);
    }
    spec.vocabulary_size = whole(reader, "vocabulary_size", 0, kMaxVocabularySize, 0);
}

void read_network(TomlReader& reader, ipc::TextSpec& spec) {
    spec.max_length =
        whole(reader, "max_length", 2, static_cast<std::int64_t>(kMaxTextTokens), 512);
    std::vector<std::string> names = read_names(reader, "inputs", ipc::kMaxTextTensors);
    if (names.empty()) names = {"input_ids", "attention_mask"};
    for (const std::string& name : names) {
        if (name == "input_ids")
            spec.inputs.push_back({ipc::TextTensor::input_ids});
        else if (name == "attention_mask")
            spec.inputs.push_back({ipc::TextTensor::attention_mask});
        else if (name == "token_type_ids")
            spec.inputs.push_back({ipc::TextTensor::token_type_ids});
        else
            reader.fail("inputs", "\"" + name +
                                      "\" is none of \"input_ids\", \"attention_mask\", "
                                      "\"token_type_ids\"");
    }
    if (std::find(names.begin(), names.end(), "input_ids") == names.end())
        reader.fail("inputs", "must hold \"input_ids\"");
}

void read_answer(TomlReader& reader, ipc::Task task, TextTable& table) {
    ipc::TextSpec& spec = table.spec;
    const bool classify = task == ipc::Task::classify_text;
    for (const std::string_view key : {"dims", "pooling", "normalise"})
        if (classify && reader.has(key)) reader.fail(key, "goes with task \"embed-text\" only");
    for (const std::string_view key : {"labels", "activation"})
        if (!classify && reader.has(key)) reader.fail(key, "goes with task \"classify-text\" only");
    if (classify) {
        table.labels = read_names(reader, "labels", kMaxLabels);
        if (table.labels.empty()) reader.fail("labels", "is required for task \"classify-text\"");
        spec.columns = static_cast<std::uint32_t>(table.labels.size());
        spec.activation =
            reader.one_of("activation", {"softmax", "sigmoid"}, "softmax") == "softmax"
                ? ipc::Activation::softmax
                : ipc::Activation::sigmoid;
        return;
    }
    if (!reader.has("dims")) reader.fail("dims", "is required for task \"embed-text\"");
    spec.columns = whole(reader, "dims", 1, static_cast<std::int64_t>(kMaxEmbeddingDims));
    const std::string pooling = reader.one_of("pooling", {"mean", "cls", "none"}, "mean");
    spec.pooling = pooling == "mean"  ? ipc::Pooling::mean
                   : pooling == "cls" ? ipc::Pooling::cls
                                      : ipc::Pooling::none;
    spec.normalise = reader.boolean("normalise", true);
}

}  // namespace

TextTable read_text_table(TomlReader& top, ipc::Task task) {
    auto reader = top.table("text");
    if (!reader) top.fail("text", "is required for task \"" + std::string(to_string(task)) + "\"");
    reader->allow({"tokenizer", "vocabulary", "lower_case", "strip_accents", "space_chinese",
                   "rules", "vocabulary_size", "max_length", "inputs", "max_texts", "labels",
                   "activation", "dims", "pooling", "normalise"});
    TextTable table;
    read_vocabulary(*reader, table);
    read_network(*reader, table.spec);
    const auto most = static_cast<std::int64_t>(kMaxTexts);
    table.max_texts = whole(*reader, "max_texts", 1, most, 1024);
    read_answer(*reader, task, table);
    reader->finish();
    return table;
}

std::vector<ipc::TensorSpec> text_inputs(const TextTable& table) {
    return {{"texts", DType::uint8, {{"bytes", 0, kMaxTextsBytes}}, false},
            {"ends", DType::int64, {{"texts", 1, table.max_texts}}, false}};
}

std::vector<ipc::TensorSpec> text_outputs(const TextTable& table, ipc::Task task) {
    const ipc::Axis rows{"texts", 1, table.max_texts};
    const ipc::Axis columns{"", table.spec.columns, table.spec.columns};
    return {{task == ipc::Task::classify_text ? "probabilities" : "embeddings",
             DType::float32,
             {rows, columns},
             false}};
}

}  // namespace samovar::daemon
