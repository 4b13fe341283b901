// Models of texts through the library.

#include <samovar/texts.hpp>

#include <gmock/gmock.h>

#include <cmath>

#include <samovar/limits.hpp>

#include "tests/support/daemon_under_test.hpp"
#include "tests/support/waiting.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RealTexts : public testing::Test {
  protected:
    // Its probabilities, alone.
    std::vector<float> alone(const std::string& text) {
        return TextModel::open(client, "moods").value().run({text}).value().values;
    }

    DaemonUnderTest daemon{{.models = {"moods", "sentences", "add"}}};
    Client client = Client::connect({.socket = daemon.socket()}).value();
};

TEST_F(RealTexts, get_a_probability_for_each_label) {
    const TextModel moods = TextModel::open(client, "moods").value();
    EXPECT_THAT(moods.labels(), ElementsAre("glad", "sad", "neither"));
    const TextAnswer answer = moods.run({"e a s", "n"}).value();
    ASSERT_EQ(answer.rows(), 2U);
    EXPECT_NEAR(answer.row(1)[0] + answer.row(1)[1] + answer.row(1)[2], 1, 1e-5);
    EXPECT_EQ(answer.words, 4U);
    EXPECT_EQ(answer.tokens, 8U);
    EXPECT_EQ(answer.batches, 1U);
    EXPECT_EQ(answer.truncated, 0U);
    EXPECT_EQ(answer.model_version, client.info("moods").value().summary.version);
    EXPECT_GT(answer.processing.count(), 0);
    EXPECT_GT(answer.timings.inferred.count(), 0);
}

TEST_F(RealTexts, get_embeddings_of_length_1) {
    const TextModel sentences = TextModel::open(client, "sentences").value();
    EXPECT_TRUE(sentences.labels().empty());
    EXPECT_EQ(sentences.columns(), 24U);
    const TextAnswer answer = sentences.run({"e a s", "n", ""}).value();
    for (std::size_t i = 0; i < answer.rows(); ++i) {
        float squares = 0;
        for (const float value : answer.row(i))
            squares += value * value;
        EXPECT_NEAR(std::sqrt(squares), 1, 1e-5) << i;
    }
}

TEST_F(RealTexts, of_any_number_come_back_in_their_order) {
    const TextModel moods = TextModel::open(client, "moods").value();
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 3 * moods.max_texts() + 5; ++i)
        texts.push_back(i % 3 == 0 ? "e a s" : i % 3 == 1 ? "n t u o i l" : "k");
    const TextAnswer answer = moods.run(texts).value();
    ASSERT_EQ(answer.rows(), texts.size());
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}, texts.size() - 1})
        EXPECT_NEAR(answer.row(i)[0], alone(texts[i])[0], 1e-5) << i;
    EXPECT_GE(answer.batches, texts.size() / 32);
}

TEST_F(RealTexts, too_large_for_a_message_go_through_a_channel) {
    const TextModel moods = TextModel::open(client, "moods").value();
    const std::vector<std::string> texts(300, "e a s " + std::string(500, 'n'));
    const TextAnswer answer = moods.run(texts).value();
    ASSERT_EQ(answer.rows(), 300U);
    EXPECT_NEAR(answer.row(299)[2], alone(texts[0])[2], 1e-5);
}

TEST_F(RealTexts, that_are_none_make_no_job) {
    const TextAnswer answer =
        TextModel::open(client, "moods").value().run(std::vector<std::string>()).value();
    EXPECT_EQ(answer.rows(), 0U);
    EXPECT_EQ(client.info("moods").value().jobs_done, 0U);
}

TEST_F(RealTexts, that_are_no_utf_8_are_named) {
    const TextModel moods = TextModel::open(client, "moods").value();
    const auto refused = moods.run({"e", "\xFF"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_input);
    EXPECT_EQ(refused.error().message, "text 1 is no UTF-8 at its byte 0");
    std::vector<std::string> many(moods.max_texts() + 3, "e");
    many.back() = "\xFF";
    EXPECT_THAT(moods.run(many).error().message,
                HasSubstr("texts 1024 to 1026, counted from 0 there: text 2 is no UTF-8"));
}

TEST_F(RealTexts, of_more_bytes_than_a_job_may_bring_are_shared_out) {
    const TextModel moods = TextModel::open(client, "moods").value();
    const std::vector<std::string> texts(17, std::string(kMaxOneTextBytes, 'e'));
    EXPECT_EQ(moods.run(texts).value().rows(), 17U);
}

TEST_F(RealTexts, that_are_too_long_are_refused) {
    const auto refused =
        TextModel::open(client, "moods").value().run({std::string(kMaxOneTextBytes + 1, 'e')});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_input);
    EXPECT_EQ(refused.error().message, "text 0 has 1048577 bytes, and 1048576 are allowed");
}

TEST_F(RealTexts, are_not_for_models_of_other_tasks) {
    const auto opened = TextModel::open(client, "add");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::invalid_argument);
    EXPECT_EQ(opened.error().message, "model \"add\" is of task tensor, which takes no texts");
    EXPECT_EQ(TextModel::open(client, "nobody").error().code, Errc::unknown_model);
}

TEST(TextModels, warm_themselves_where_they_are_told_to) {
    DaemonUnderTest daemon{{.given_clock = true}};
    daemon.copy_model("moods");
    daemon.set_rules("moods", "keep_alive = \"forever\"\nself_warm = \"5m\"\n");
    Client client = Client::connect({.socket = daemon.socket()}).value();
    client.reload().value();
    TextModel::open(client, "moods").value().run({"e"}).value();
    daemon.pass(std::chrono::minutes(6));
    EXPECT_TRUE(wait_until([&] { return daemon.log().find("warmed itself") != std::string::npos; }))
        << daemon.log();
}

}  // namespace
}  // namespace samovar::tests
