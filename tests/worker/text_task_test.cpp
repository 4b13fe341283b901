// Tasks `classify-text` and `embed-text`. What is expected comes from the same networks as task
// `tensor`, given one text at a time and without padding.

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <thread>

#include "daemon/worker/text/tokenizer.hpp"
#include "tests/worker/text_models.hpp"

namespace samovar::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
// The network of texts_model(`model`) itself.
class Network {
  public:
    explicit Network(const std::string& model)
        : tokenizer_(worker::text::load_word_piece(kTextVocabulary, {}).value()) {
        const std::vector<ipc::Axis> batch{axis("batch"), axis("length")};
        std::vector<ipc::Axis> result{axis("batch"), axis(3)};
        if (model != "moods") result = {axis("batch"), axis("length"), axis(kTextDims)};
        worker_
            .load(torchscript(model,
                              {spec("input_ids", DType::int64, batch),
                               spec("attention_mask", DType::int64, batch),
                               spec("token_type_ids", DType::int64, batch)},
                              {spec("output", DType::float32, result)}))
            .as<ipc::WorkerLoaded>();
    }

    // All that it returns for one text, in one row.
    Row run(const std::string& text) {
        const auto tokens = tokenizer_.encode(text, kLongestText);
        const std::vector<std::int64_t> ids(tokens.ids.begin(), tokens.ids.end());
        const Shape shape{1, ids.size()};
        const std::vector<std::int64_t> ones(ids.size(), 1), zeros(ids.size(), 0);
        return values_of<float>(worker_
                                    .run(job({inline_input(DType::int64, shape, ids),
                                              inline_input(DType::int64, shape, ones),
                                              inline_input(DType::int64, shape, zeros)}))
                                    .as<ipc::JobDone>()
                                    .outputs.at(0));
    }

  private:
    WorkerProcess worker_;
    worker::text::Tokenizer tokenizer_;
};

Row softmax(Row logits) {
    float sum = 0;
    for (float& value : logits)
        sum += value = std::exp(value);
    for (float& value : logits)
        value /= sum;
    return logits;
}

// The mean of [length, kTextDims].
Row mean(const Row& states) {
    Row row(kTextDims, 0);
    for (std::size_t i = 0; i < states.size(); ++i)
        row[i % kTextDims] += states[i] * kTextDims / static_cast<float>(states.size());
    return row;
}
Row normalised(Row row) {
    const float length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0F));
    for (float& value : row)
        value /= length;
    return row;
}

WorkerProcess& loaded(WorkerProcess& worker, const ipc::WorkerLoad& load) {
    worker.load(load).as<ipc::WorkerLoaded>();
    return worker;
}

TEST(TextTask, classifies_as_the_network_does_by_itself) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    Network network("moods");
    const Texts texts = sentences(40);
    Rows expected;
    for (const std::string& text : texts)
        expected.push_back(softmax(network.run(text)));
    EXPECT_LT(difference(answer(worker, texts), expected), kTextTolerance);
}

TEST(TextTask, gives_each_label_a_probability_of_its_own_where_it_is_told_to) {
    ipc::WorkerLoad load = texts_model("moods");
    load.text.activation = ipc::Activation::sigmoid;
    WorkerProcess worker;
    loaded(worker, load);
    Row expected = Network("moods").run("a text");
    for (float& value : expected)
        value = 1 / (1 + std::exp(-value));
    EXPECT_LT(difference(answer(worker, {"a text"}), {expected}), kTextTolerance);
}

class Embeddings : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Formats, Embeddings, testing::Values("sentences", "sentences-pt2"),
                         [](const auto& format) { return format.param.size() > 9 ? "pt2" : "pt"; });

TEST_P(Embeddings, are_the_normalised_mean_of_a_texts_tokens) {
    WorkerProcess worker;
    loaded(worker, texts_model(GetParam()));
    Network network("sentences");
    const Texts texts = sentences(40);
    Rows expected;
    for (const std::string& text : texts)
        expected.push_back(normalised(mean(network.run(text))));
    EXPECT_LT(difference(answer(worker, texts), expected), kTextTolerance);
}

TEST_P(Embeddings, do_not_depend_on_batch_mates) {
    WorkerProcess worker;
    loaded(worker, texts_model(GetParam()));
    const std::string text = sentence(20, 5);
    const Rows alone = answer(worker, {text});
    const auto among = [&](const Texts& others) {
        Texts texts = others;
        texts.push_back(text);
        return Rows{answer(worker, texts).back()};
    };
    EXPECT_LT(difference(among({sentence(17)}), alone), kTextTolerance);
    EXPECT_LT(difference(among(Texts(31, sentence(32))), alone), kTextTolerance);
    EXPECT_LT(difference(among(sentences(200)), alone), kTextTolerance);
}

TEST(TextTask, takes_the_first_tokens_state_as_it_is_where_it_is_told_to) {
    ipc::WorkerLoad load = texts_model("sentences");
    load.text.pooling = ipc::Pooling::cls;
    load.text.normalise = false;
    WorkerProcess worker;
    loaded(worker, load);
    Row expected = Network("sentences").run("a text");
    expected.resize(kTextDims);
    EXPECT_LT(difference(answer(worker, {"a text"}), {expected}), kTextTolerance);
}

TEST(TextTask, answers_in_the_order_of_the_texts_however_they_are_cut) {
    WorkerProcess whole, cut;
    loaded(whole, texts_model("sentences"));
    ipc::WorkerLoad load = texts_model("sentences");
    load.batch.rows = 3;
    load.batch.max_tokens = 100;
    load.batch.pad_to_bucket = true;
    loaded(cut, load);
    const Texts texts = sentences(50);
    const ipc::JobDone in_parts = cut.run(texts_job(texts)).as<ipc::JobDone>();
    EXPECT_LT(difference(rows_of(in_parts.outputs.at(0)), answer(whole, texts)), kTextTolerance);
    EXPECT_GT(std::stoi(details_of(in_parts).at("batches")), 17);
}

TEST(TextTask, cuts_120_equal_sentences_into_four_batches) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const auto done = worker.run(texts_job(Texts(120, sentence(23)))).as<ipc::JobDone>();
    EXPECT_EQ(details_of(done).at("batches"), "4");
    EXPECT_EQ(done.outputs.at(0).shape, (Shape{120, 3}));
}

TEST(TextTask, tells_of_words_tokens_what_was_cut_and_the_models_version) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const auto done =
        worker.run(texts_job({"e a s", sentence(130), "", sentence(128)})).as<ipc::JobDone>();
    const auto details = details_of(done);
    EXPECT_EQ(details.at("total_words"), std::to_string(3 + 128 + 126));
    EXPECT_EQ(details.at("tokens"), std::to_string(5 + 128 + 2 + 128));
    EXPECT_EQ(details.at("truncated"), "1");
    EXPECT_EQ(details.at("model_version"), "0123456789abcdef");
    EXPECT_GT(std::stod(details.at("processing_time_ms")), 0);
}

TEST(TextTask, reads_texts_from_a_channel_and_writes_its_answer_there) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const Texts texts{"e a s", "n t"};
    const std::string all = joined(texts);
    const TestChannel channel = worker.open_channel(1 << 16);
    std::memcpy(channel.bytes().data() + 4096, all.data(), all.size());
    const auto done =
        worker
            .run(job({slot_input(DType::uint8, {all.size()}, channel.id, 4096), ends_of(texts)},
                     {{channel.id, 8192, 24}}))
            .as<ipc::JobDone>();
    std::vector<float> values(6);
    std::memcpy(values.data(), channel.bytes().data() + 8192, 24);
    EXPECT_TRUE(done.outputs.at(0).data.empty());
    EXPECT_LT(difference({{values.begin(), values.begin() + 3}, {values.begin() + 3, values.end()}},
                         answer(worker, texts)),
              kTextTolerance);
}

TEST(TextTask, asks_for_the_room_that_its_answer_needs) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const TestChannel channel = worker.open_channel(1 << 16);
    ipc::RunJob small = texts_job({"e", "a"});
    small.outputs = {{channel.id, 0, 23}};
    const Error error = refusal(worker, small);
    EXPECT_EQ(error.code, Errc::output_too_small);
    EXPECT_EQ(error.needed, 24U);
}

TEST(TextTask, is_not_disturbed_by_a_client_that_changes_its_texts_meanwhile) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const TestChannel channel = worker.open_channel(1 << 20);
    constexpr std::size_t kBytes = 4096, kCount = 64, kEnds = 512 * 1024;
    auto* ends = reinterpret_cast<std::int64_t*>(channel.bytes().data() + kEnds);
    std::atomic<bool> over{false};
    std::thread spoiler([&] {
        for (std::uint8_t byte = 0; !over; ++byte) {
            std::fill_n(reinterpret_cast<std::uint8_t*>(channel.bytes().data()), kBytes, byte);
            for (std::size_t i = 0; i < kCount; ++i)
                ends[i] = byte == 0x61 ? static_cast<std::int64_t>(kBytes * (i + 1) / kCount)
                                       : static_cast<std::int64_t>(byte) << 52;
        }
    });
    int answered = 0;
    for (int i = 0; i < 300; ++i) {
        const Message message =
            worker.run(job({slot_input(DType::uint8, {kBytes}, channel.id, 0),
                            slot_input(DType::int64, {kCount}, channel.id, kEnds)}));
        if (message.type == ipc::MessageType::job_done)
            ++answered;
        else
            EXPECT_EQ(message.as<ipc::ErrorReply>().error.code, Errc::bad_input);
    }
    over = true;
    spoiler.join();
    EXPECT_EQ(answer(worker, {"e a s"}).size(), 1U) << answered;
}

TEST(TextTask, refuses_what_is_no_texts) {
    WorkerProcess worker;
    loaded(worker, texts_model("moods"));
    const auto expect = [&](ipc::RunJob job, Errc code, const std::string& words) {
        const Error error = refusal(worker, job);
        EXPECT_EQ(error.code, code) << words;
        EXPECT_THAT(error.message, HasSubstr(words));
        EXPECT_FALSE(error.hint.empty()) << words;
    };
    expect(texts_job({}), Errc::bad_input, "the job brings no texts");
    expect(texts_job({"e", "\xC3"}), Errc::bad_input, "text 1 is no UTF-8 at its byte 0");
    ipc::RunJob job = texts_job({"e", "a"});
    job.inputs[1] = inline_input(DType::int64, {2}, std::vector<std::int64_t>{2, 1});
    expect(job, Errc::bad_input, "text 1 ends at byte 1, before its beginning at 2");
    job.inputs[1] = inline_input(DType::int32, {2}, std::vector<std::int32_t>{1, 2});
    expect(job, Errc::bad_input,
           "input 'ends' is int32 [2] where tasks of texts take int64 [size]");
    job.inputs.pop_back();
    expect(job, Errc::bad_input, "1 input where tasks of texts take two");
    job = texts_job({"e"});
    job.params = {{"output", "alpha"}};
    expect(job, Errc::invalid_argument, "parameter 'output' is not known");
    EXPECT_EQ(answer(worker, {"e"}).size(), 1U);
}

TEST(TextTask, refuses_a_network_that_answers_another_number_of_labels) {
    ipc::WorkerLoad load = texts_model("moods");
    load.text.columns = 4;
    WorkerProcess worker;
    loaded(worker, load);
    const Error error = refusal(worker, texts_job({"e"}));
    EXPECT_EQ(error.code, Errc::bad_output);
    EXPECT_EQ(
        error.message,
        "the network returned Float [1, 3] where the task takes floating point [rows, labels], "
        "here [1, 4]");
}

TEST(TextTask, does_not_load_with_a_vocabulary_that_the_network_does_not_know) {
    ipc::WorkerLoad load = texts_model("moods");
    load.text.vocabulary_size = 3000;
    WorkerProcess worker;
    const Error error = worker.load(load).as<ipc::ErrorReply>().error;
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("vocab.txt has 3005 pieces, and the network knows 3000"));
}

TEST(TextTask, is_warmed_up_with_made_up_texts) {
    ipc::WorkerLoad load = texts_model("moods");
    load.warm_ups = {{{{{200}, ipc::Fill::random, "", 0}, {{3}, ipc::Fill::random, "", 0}}}};
    WorkerProcess worker;
    const auto report = worker.load(load).as<ipc::WorkerLoaded>().report;
    EXPECT_THAT(report.facts.back().value, HasSubstr("1 shape"));
    std::vector<std::string> phases;
    for (const ipc::Phase& phase : report.phases)
        phases.push_back(phase.name);
    EXPECT_THAT(phases, testing::IsSupersetOf({"vocabulary", "first_inference", "optimise"}));
}

}  // namespace
}  // namespace samovar::tests
