// The reference's answers for the whole test corpus, as tests/tokenizers/golden.py wrote them down.

#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/support/text_corpus.hpp"

namespace samovar::worker::text {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::size_t kEachBlock = SAMOVAR_TEST_SHARE;

const std::string kData = SAMOVAR_TEST_DATA "/tokenizers/";

// FNV-1a over the ids and a mark behind each text.
class Fold {
  public:
    void add(const std::vector<std::int32_t>& ids) {
        for (const std::int32_t id : ids)
            add(static_cast<std::uint32_t>(id));
        add(UINT32_MAX);
    }
    std::string text() const {
        std::ostringstream hexadecimal;
        hexadecimal.width(16);
        hexadecimal.fill('0');
        hexadecimal << std::hex << state_;
        return hexadecimal.str();
    }

  private:
    void add(std::uint32_t number) { state_ = (state_ ^ number) * 0x100000001B3; }
    std::uint64_t state_ = 0xCBF29CE484222325;
};

std::vector<std::int32_t> all_ids(const Tokenizer& tokenizer, const std::string& text) {
    return tokenizer.encode(text, SIZE_MAX).ids;
}

std::string hash_of_block(const Tokenizer& tokenizer, std::size_t block,
                          const std::function<std::string(std::size_t)>& text) {
    Fold fold;
    for (std::size_t i = block * kBlock; i < (block + 1) * kBlock; ++i)
        fold.add(all_ids(tokenizer, text(i)));
    return fold.text();
}

std::string joined(const std::vector<std::int32_t>& ids) {
    std::string text;
    for (const std::int32_t id : ids)
        text += (text.empty() ? "" : " ") + std::to_string(id);
    return text;
}

// What stands on a line of golden.txt, made anew.
std::string answer(const Tokenizer& tokenizer, const std::string& part, std::size_t number) {
    if (part == "written") return joined(all_ids(tokenizer, tests::written_text(number)));
    if (part == "code-points") return hash_of_block(tokenizer, number, tests::code_point_text);
    return hash_of_block(tokenizer, number, tests::mixed_text);
}

// Compares all of golden.txt that is of the tokenizer `name`.
void expect_as_the_reference(const std::string& name, const Tokenizer& tokenizer) {
    std::ifstream golden(kData + "golden.txt");
    std::size_t compared = 0;
    for (std::string line; std::getline(golden, line);) {
        std::istringstream words(line);
        std::string of, part, expected;
        std::size_t number = 0;
        if (!(words >> of >> part >> number) || of != name) continue;
        std::getline(words >> std::ws, expected);
        if (part != "written" && number % kEachBlock != 0) continue;
        EXPECT_EQ(answer(tokenizer, part, number), expected) << line;
        ++compared;
    }
    EXPECT_GE(compared, tests::written_texts() + tests::code_point_texts() / kBlock / kEachBlock);
}

void expect_word_piece(const std::string& name, const BertRules& rules) {
    expect_as_the_reference(name, load_word_piece(kData + "vocab.txt", rules).value());
}

TEST(Reference, word_piece_in_lower_case_gives_its_ids) {
    expect_word_piece("lower", {});
}
TEST(Reference, word_piece_with_capitals_gives_its_ids) {
    expect_word_piece("cased", {.lower_case = false});
}
TEST(Reference, word_piece_in_lower_case_with_accents_gives_its_ids) {
    expect_word_piece("accents", {.strip_accents = false});
}
TEST(Reference, word_piece_without_spaces_around_chinese_gives_its_ids) {
    expect_word_piece("unspaced",
                      {.lower_case = false, .strip_accents = true, .space_chinese = false});
}
TEST(Reference, sentence_piece_gives_its_ids) {
    expect_as_the_reference("sentence-piece",
                            load_sentence_piece(kData + "spm.model", SpmRules::of_model).value());
}

TEST(Reference, sentence_piece_with_composition_gives_its_ids) {
    expect_as_the_reference("sentence-piece-nfc",
                            load_sentence_piece(kData + "spm.model", SpmRules::nfc).value());
}

TEST(Reference, threads_that_share_a_tokenizer_get_the_same_ids) {
    const Tokenizer words = load_word_piece(kData + "vocab.txt", {}).value();
    const Tokenizer sentences =
        load_sentence_piece(kData + "spm.model", SpmRules::of_model).value();
    const auto hash = [&](std::string& into) {
        into = hash_of_block(words, 0, tests::mixed_text) +
               hash_of_block(sentences, 0, tests::mixed_text);
    };
    std::array<std::string, 4> hashes;
    {
        std::vector<std::jthread> threads;
        for (std::string& each : hashes)
            threads.emplace_back([&hash, &each] { hash(each); });
    }
    std::string alone;
    hash(alone);
    EXPECT_THAT(hashes, testing::Each(alone));
}

}  // namespace
}  // namespace samovar::worker::text
