// `samovar run` with models of texts.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/integration/cli/command_line.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class RunTexts : public testing::Test {
  protected:
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(samovar.at(name), std::ios::binary) << text;
    }
    // The one entry of `run ... --json`.
    Json entry(Words words, const Streams& streams = {}) const {
        words.emplace_back("--json");
        const Said said = samovar(words, streams);
        EXPECT_EQ(said.code, 0) << said.err << said.out;
        return said.json().at(0);
    }

    DaemonUnderTest daemon{{.models = {"moods", "sentences", "add"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(RunTexts, labels_are_printed_in_a_table_with_how_likely_they_are) {
    const Said said = samovar({"run", "moods", "--text", "e a s", "--text", "n t u"});
    EXPECT_EQ(said.code, 0) << said.err;
    const Words printed = lines(said.out);
    ASSERT_EQ(printed.size(), 3U) << said.out;
    EXPECT_EQ(printed[0].substr(0, 5), "LABEL");
    EXPECT_THAT(printed[1], MatchesRegex("(glad|sad|neither) +[01]\\.[0-9]{3}  e a s"));
    EXPECT_THAT(printed[2], MatchesRegex("(glad|sad|neither) +[01]\\.[0-9]{3}  n t u"));
}

TEST_F(RunTexts, a_file_standard_input_and_the_command_line_give_the_same) {
    write("lines.txt", "e a s\r\n\nn t u");
    const Json given = entry({"run", "moods", "--text", "e a s", "--text", "", "--text", "n t u"});
    EXPECT_EQ(entry({"run", "moods", "--file", "lines.txt"})["texts"], given["texts"]);
    EXPECT_EQ(entry({"run", "moods", "lines.txt"})["texts"], given["texts"]);
    Streams from_file;
    from_file.in = samovar.at("lines.txt");
    EXPECT_EQ(entry({"run", "moods"}, from_file)["texts"], given["texts"]);
    EXPECT_EQ(entry({"run", "moods", "--file", "-"}, from_file)["texts"], given["texts"]);
}

TEST_F(RunTexts, json_has_the_probability_of_each_label_and_what_was_counted) {
    const Json told = entry({"run", "moods", "--text", "e a s", "--text", "n"});
    const Json& text = told["texts"].at(0);
    EXPECT_EQ(text["text"], "e a s");
    const double sum = text["probabilities"]["glad"].get<double>() +
                       text["probabilities"]["sad"].get<double>() +
                       text["probabilities"]["neither"].get<double>();
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_EQ(text["probability"], text["probabilities"][text["label"].get<std::string>()]);
    const Json& details = told["details"];
    EXPECT_EQ(details["total_words"], 4);
    EXPECT_EQ(details["tokens"], 5 + 3);
    EXPECT_EQ(details["truncated"], 0);
    EXPECT_EQ(details["batches"], 1);
    EXPECT_EQ(details["model_version"], samovar({"info", "moods", "--json"}).json()["version"]);
    EXPECT_GT(details["processing_time_ms"].get<double>(), 0);
    EXPECT_GT(told["timings_us"]["inferred"].get<double>(), 0);
}

TEST_F(RunTexts, embeddings_are_printed_where_they_are_few_and_written_where_they_are_many) {
    const Json told = entry({"run", "sentences", "--text", "e a s"});
    EXPECT_EQ(told["outputs"].at(0)["shape"], Json::parse("[1, 24]"));
    EXPECT_EQ(told["outputs"].at(0)["values"].at(0).size(), 24U);
    std::string many;
    for (int i = 0; i < 120; ++i)
        many += "e a s " + std::string(static_cast<std::size_t>(i), 'n') + "\n";
    write("lines.txt", many);
    EXPECT_EQ(samovar({"run", "sentences", "--file", "lines.txt"}).out, "lines-sentences.npy\n");
    EXPECT_THAT(text_of(samovar.at("lines-sentences.npy")),
                AllOf(StartsWith("\x93NUMPY"), HasSubstr("'shape': (120, 24)")));
    EXPECT_EQ(samovar({"run", "moods", "--file", "lines.txt", "-o", "p.npy"}).out, "p.npy\n");
    EXPECT_THAT(text_of(samovar.at("p.npy")), HasSubstr("'shape': (120, 3)"));
}

TEST_F(RunTexts, more_texts_than_one_job_may_bring_are_shared_out) {
    std::string many;
    for (int i = 0; i < 2500; ++i)
        many += (i % 2 == 0 ? "e a s\n" : "n t u o i\n");
    write("lines.txt", many);
    const Json told = entry({"run", "moods", "--file", "lines.txt"});
    ASSERT_EQ(told["texts"].size(), 2500U);
    EXPECT_EQ(told["details"]["total_words"], 1250 * (3 + 5));
    EXPECT_GE(told["details"]["batches"].get<int>(), 79);
    const Json two = entry({"run", "moods", "--text", "e a s", "--text", "n t u o i"})["texts"];
    for (const std::size_t i : {0U, 1023U, 1024U, 2499U})
        EXPECT_NEAR(told["texts"].at(i)["probability"].get<double>(),
                    two.at(i % 2)["probability"].get<double>(), 1e-5);
}

TEST_F(RunTexts, texts_that_were_cut_are_told_of) {
    std::string longest;
    for (int i = 0; i < 200; ++i)
        longest += "e ";
    const Said said = samovar({"run", "moods", "--text", longest, "--text", "e"});
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.err,
              "samovar: 1 of 2 texts was longer than the model reads, and lost the end\n");
}

TEST_F(RunTexts, several_files_are_a_job_each) {
    write("one.txt", "e a s\n");
    write("two.txt", "");
    write("three.txt", "n\n\xFF\n");
    const Said said = samovar({"run", "moods", "one.txt", "two.txt", "three.txt"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.out, StartsWith("one.txt:\nLABEL"));
    EXPECT_THAT(said.err, AllOf(HasSubstr("two.txt: the file holds no line"),
                                HasSubstr("three.txt: text 1 is no UTF-8 at its byte 0")));
}

TEST_F(RunTexts, what_does_not_go_together_is_refused_with_code_2) {
    const auto refused = [&](const Words& words, const std::string& why) {
        const Said said = samovar(words);
        EXPECT_EQ(said.code, 2) << why;
        EXPECT_THAT(said.err, HasSubstr(why));
    };
    refused({"run", "add", "--text", "e"}, "--text is for models of texts");
    refused({"run", "add", "--file", "x"}, "--file is for models of texts");
    refused({"run", "moods", "x.txt", "--text", "e"}, "both --text and a file are given");
    refused({"run", "moods", "--param", "a=b"}, "takes neither --input nor --param");
}

TEST_F(RunTexts, info_names_the_labels) {
    EXPECT_THAT(samovar({"info", "moods"}).out, HasSubstr("labels    glad, sad, neither\n"));
    EXPECT_EQ(samovar({"info", "moods", "--json"}).json()["labels"],
              Json::parse(R"(["glad", "sad", "neither"])"));
}

}  // namespace
}  // namespace samovar::tests
