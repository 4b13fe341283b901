// Every way in which a job can be refused from its message alone.

#include "daemon/sessions/job_check.hpp"

#include <gmock/gmock.h>

#include "tests/unit/daemon/loop.hpp"

namespace samovar::daemon {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMax64 = ~std::uint64_t{0};

ipc::TensorSpec spec(const std::string& name, DType dtype, std::vector<ipc::Axis> shape) {
    return {name, dtype, std::move(shape), false};
}
ipc::InputTensor inline_input(const std::string& name, Shape shape, std::size_t bytes,
                              DType dtype = DType::float32) {
    ipc::InputTensor input;
    input.name = name;
    input.dtype = dtype;
    input.shape = std::move(shape);
    input.data.resize(bytes);
    return input;
}
ipc::InputTensor slot(const std::string& name, Shape shape, std::uint32_t channel,
                      std::uint64_t offset) {
    ipc::InputTensor input = inline_input(name, std::move(shape), 0);
    input.channel = channel;
    input.offset = offset;
    return input;
}

// A model of x float32 [n, 2] and y float32 [n] with 2 <= n <= 8, and two outputs; one channel, of
// 4096 bytes.
class Checking : public testing::Test {
  protected:
    Checking() {
        const ipc::Axis n{"n", 2, 8}, two{"", 2, 2};
        model_.name = "m";
        model_.inputs = {spec("x", DType::float32, {n, two}), spec("y", DType::float32, {n})};
        model_.outputs = {spec("a", DType::float32, {n}), spec("b", DType::float32, {n})};
        channel_ = *loop_.run(table_.create({1000, {kMaxChannelBytesPerUser, ""}}, 4096));
    }
    Result<CheckedJob> check(std::vector<ipc::InputTensor> inputs,
                             std::vector<ipc::OutputPlace> outputs = {}) {
        ipc::Submit submit;
        submit.model = "m";
        submit.inputs = std::move(inputs);
        submit.outputs = std::move(outputs);
        submit.params = {{"key", "value"}};
        submit.keep = keep_;
        submit.keep_alive_ms = keep_alive_ms_;
        submit.priority = priority_;
        submit.deadline_us = deadline_us_;
        return check_job(std::move(submit), model_, [this](std::uint32_t id) {
            return id == channel_->id() ? channel_ : nullptr;
        });
    }
    // The error of a job; the message must hold `words`.
    void refuses(Errc code, const std::string& words, std::vector<ipc::InputTensor> inputs,
                 std::vector<ipc::OutputPlace> outputs = {}) {
        const Result<CheckedJob> job = check(std::move(inputs), std::move(outputs));
        ASSERT_FALSE(job) << words;
        EXPECT_EQ(to_string(job.error().code), to_string(code));
        EXPECT_THAT(job.error().message, HasSubstr(words));
    }
    std::vector<ipc::InputTensor> good() const {
        return {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 12)};
    }
    std::uint32_t id() const { return channel_->id(); }

    tests::Loop loop_;
    asio::thread_pool helper_{1};
    ChannelTable table_{helper_};
    ModelFile model_;
    ChannelPtr channel_;
    ipc::Keep keep_ = ipc::Keep::by_rules;
    std::uint64_t keep_alive_ms_ = 0;
    ipc::Priority priority_ = ipc::Priority::normal;
    std::uint64_t deadline_us_ = 0;
};

TEST_F(Checking, takes_a_sound_job_as_it_is) {
    const auto job = check(good(), {{ipc::kInline, 0, 64}, {id(), 64, 32}});
    ASSERT_TRUE(job) << describe(job.error());
    EXPECT_EQ(job->inline_bytes, 36U);
    EXPECT_EQ(job->channels, std::vector{channel_});
    EXPECT_EQ(job->run.inputs.size(), 2U);
    EXPECT_EQ(job->run.outputs.at(1).offset, 64U);
    EXPECT_EQ(job->run.params.at(0).value, "value");
}

TEST_F(Checking, puts_inputs_into_the_order_of_the_model) {
    auto inputs = good();
    std::swap(inputs[0], inputs[1]);
    const auto job = check(std::move(inputs));
    ASSERT_TRUE(job);
    EXPECT_EQ(job->run.inputs[0].name, "x");
    EXPECT_EQ(job->run.inputs[1].name, "y");
}

TEST_F(Checking, takes_inputs_without_names_by_their_position) {
    auto inputs = good();
    inputs[0].name = inputs[1].name = "";
    EXPECT_TRUE(check(std::move(inputs)));
}

TEST_F(Checking, holds_each_channel_once) {
    const auto job =
        check({slot("x", {2, 2}, id(), 0), slot("y", {2}, id(), 64)}, {{id(), 128, 8}});
    ASSERT_TRUE(job);
    EXPECT_EQ(job->channels.size(), 1U);
    EXPECT_EQ(job->inline_bytes, 0U);
}

TEST_F(Checking, takes_a_keep_alive_of_the_callers_own) {
    using scheduler::KeepAlive;
    EXPECT_EQ(check(good())->keep_alive, std::nullopt);
    keep_ = ipc::Keep::forever;
    EXPECT_EQ(check(good())->keep_alive, std::optional<KeepAlive>(KeepAlive()));
    keep_ = ipc::Keep::for_time;
    EXPECT_EQ(check(good())->keep_alive, KeepAlive(std::chrono::seconds(0)));
    keep_alive_ms_ = kMaxKeepAliveMs;
    EXPECT_EQ(check(good())->keep_alive, KeepAlive(std::chrono::hours(24 * 30)));
}

TEST_F(Checking, refuses_a_keep_alive_that_is_too_long_or_of_no_known_kind) {
    keep_ = ipc::Keep::for_time;
    keep_alive_ms_ = kMaxKeepAliveMs + 1;
    refuses(Errc::invalid_argument, "longer than the 30d that are allowed", good());
    keep_ = static_cast<ipc::Keep>(9);
    refuses(Errc::invalid_argument, "keep 9 is not known", good());
}

TEST_F(Checking, takes_a_priority_and_a_deadline) {
    EXPECT_EQ(check(good())->priority, scheduler::Priority::normal);
    EXPECT_EQ(check(good())->deadline, std::nullopt);
    priority_ = ipc::Priority::interactive;
    deadline_us_ = kMaxDeadlineUs;
    EXPECT_EQ(check(good())->priority, scheduler::Priority::interactive);
    EXPECT_EQ(check(good())->deadline, std::chrono::hours(24));
    priority_ = ipc::Priority::background;
    EXPECT_EQ(check(good())->priority, scheduler::Priority::background);
}

TEST_F(Checking, refuses_a_priority_that_is_none_and_a_deadline_too_far_away) {
    priority_ = static_cast<ipc::Priority>(3);
    refuses(Errc::invalid_argument, "priority 3 is not known", good());
    priority_ = ipc::Priority::normal;
    deadline_us_ = kMaxDeadlineUs + 1;
    refuses(Errc::invalid_argument, "further away than the 86400000000", good());
}

TEST_F(Checking, refuses_a_wrong_number_of_inputs) {
    refuses(Errc::bad_input, "brings 0 inputs where the model takes 2", {});
    refuses(
        Errc::bad_input, "brings 3 inputs",
        {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 12), inline_input("z", {3}, 12)});
}

TEST_F(Checking, refuses_unknown_names_and_names_twice) {
    refuses(Errc::bad_input, "the model has no input \"z\"",
            {inline_input("x", {3, 2}, 24), inline_input("z", {3}, 12)});
    refuses(Errc::bad_input, "input \"x\" is given twice",
            {inline_input("x", {3, 2}, 24), inline_input("x", {3, 2}, 24)});
    // By position and by name as well.
    refuses(Errc::bad_input, "input \"x\" is given twice",
            {inline_input("", {3, 2}, 24), inline_input("x", {3, 2}, 24)});
}

TEST_F(Checking, refuses_another_dtype) {
    refuses(Errc::bad_input, "input \"y\" is int32 where the model takes float32",
            {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 12, DType::int32)});
    refuses(Errc::bad_input, "input \"y\" is unknown where",
            {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 12, static_cast<DType>(200))});
}

TEST_F(Checking, says_how_to_convert_between_floating_point_types_alone) {
    const auto hint = [&](DType given, std::uint64_t bytes) {
        return check({inline_input("x", {3, 2}, 24), inline_input("y", {3}, bytes, given)})
            .error()
            .hint;
    };
    EXPECT_EQ(hint(DType::float64, 24), "convert it to float32: in NumPy, array.astype('float32')");
    EXPECT_THAT(hint(DType::uint8, 3), HasSubstr("samovar info"));
}

TEST_F(Checking, refuses_another_rank) {
    refuses(Errc::bad_input, "input \"y\" has shape [3, 1] where the model takes [n]",
            {inline_input("x", {3, 2}, 24), inline_input("y", {3, 1}, 12)});
    refuses(Errc::bad_input, "has shape [] where the model takes [n]",
            {inline_input("x", {3, 2}, 24), inline_input("y", {}, 4)});
}

TEST_F(Checking, refuses_sizes_out_of_their_bounds) {
    refuses(Errc::bad_input, "n must be from 2 to 8",
            {inline_input("x", {9, 2}, 72), inline_input("y", {9}, 36)});
    refuses(Errc::bad_input, "n must be from 2 to 8",
            {inline_input("x", {0, 2}, 0), inline_input("y", {0}, 0)});
    refuses(Errc::bad_input, "input \"x\" has shape [3, 3] where the model takes [n, 2]",
            {inline_input("x", {3, 3}, 36), inline_input("y", {3}, 12)});
}

TEST_F(Checking, refuses_one_name_with_two_sizes) {
    refuses(Errc::bad_input, "n is 3 elsewhere in the job",
            {inline_input("x", {3, 2}, 24), inline_input("y", {4}, 16)});
}

TEST_F(Checking, refuses_inline_data_that_the_shape_does_not_make) {
    refuses(Errc::bad_input, "carries 11 bytes where its shape makes 12",
            {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 11)});
    refuses(Errc::bad_input, "carries 0 bytes where its shape makes 12",
            {inline_input("x", {3, 2}, 24), inline_input("y", {3}, 0)});
}

TEST_F(Checking, refuses_shapes_that_no_number_can_count) {
    model_.inputs = {spec("x", DType::float64, {{"a", 0, kMax64}, {"b", 0, kMax64}})};
    refuses(Errc::bad_input, "more bytes than 64 bits can count",
            {inline_input("x", {1ull << 32, 1ull << 32}, 0, DType::float64)});
    refuses(Errc::bad_input, "more bytes than 64 bits can count",
            {inline_input("x", {kMax64, 1}, 0, DType::float64)});
    // 2^64 bytes would be 0 in 64 bits.
    refuses(Errc::bad_input, "more bytes than 64 bits can count",
            {inline_input("x", {1ull << 61, 1}, 0, DType::float64)});
}

TEST_F(Checking, refuses_channels_that_the_session_does_not_have) {
    refuses(Errc::unknown_channel, "input \"y\" is in channel 99, which this session does not have",
            {inline_input("x", {3, 2}, 24), slot("y", {3}, 99, 0)});
    refuses(Errc::unknown_channel, "output 0 is in channel 99", good(), {{99, 0, 8}});
}

TEST_F(Checking, refuses_slots_that_are_not_aligned) {
    refuses(Errc::invalid_argument, "begins at offset 4, which is no multiple of 64",
            {inline_input("x", {3, 2}, 24), slot("y", {3}, id(), 4)});
    refuses(Errc::invalid_argument, "output 0 begins at offset 1", good(), {{id(), 1, 8}});
    // The remainder is found also near the end of all numbers.
    refuses(Errc::invalid_argument, "no multiple of 64", good(), {{id(), kMax64, 8}});
}

TEST_F(Checking, refuses_slots_outside_of_their_channel) {
    refuses(Errc::out_of_bounds, "has 12 bytes at offset 4096 of channel",
            {inline_input("x", {3, 2}, 24), slot("y", {3}, id(), 4096)});
    refuses(Errc::out_of_bounds, "output 0 has 65 bytes at offset 4032", good(),
            {{id(), 4032, 65}});
    EXPECT_TRUE(check(good(), {{id(), 4032, 64}}));
    EXPECT_TRUE(check(good(), {{id(), 4096, 0}}));
}

TEST_F(Checking, refuses_sums_that_overflow) {
    const std::uint64_t high = kMax64 - 63;  // the largest multiple of 64
    refuses(Errc::out_of_bounds, "output 0 has", good(), {{id(), high, 64}});
    refuses(Errc::out_of_bounds, "output 0 has", good(), {{id(), 64, kMax64}});
    refuses(Errc::out_of_bounds, "output 0 has", good(), {{id(), 64, kMax64 - 63}});
    refuses(Errc::out_of_bounds, "input \"y\" has",
            {inline_input("x", {3, 2}, 24), slot("y", {3}, id(), high)});
}

TEST_F(Checking, refuses_an_input_that_is_in_two_places) {
    ipc::InputTensor both = slot("y", {3}, id(), 0);
    both.data.resize(12);
    refuses(Errc::bad_input, "in a channel and in the message as well",
            {inline_input("x", {3, 2}, 24), both});
}

TEST_F(Checking, refuses_outputs_that_overlap_anything) {
    refuses(Errc::invalid_argument, "output 0 overlaps another tensor",
            {inline_input("x", {3, 2}, 24), slot("y", {3}, id(), 0)}, {{id(), 0, 8}});
    refuses(Errc::invalid_argument, "output 1 overlaps another tensor", good(),
            {{id(), 0, 65}, {id(), 64, 8}});
    EXPECT_TRUE(check(good(), {{id(), 0, 64}, {id(), 64, 8}}));
}

TEST_F(Checking, lets_inputs_share_their_memory) {
    EXPECT_TRUE(check({slot("x", {3, 2}, id(), 0), slot("y", {3}, id(), 0)}));
}

TEST_F(Checking, refuses_more_outputs_than_there_are) {
    refuses(Errc::bad_output, "has places for 3 outputs where the model gives 2", good(),
            {{ipc::kInline, 0, 8}, {ipc::kInline, 0, 8}, {ipc::kInline, 0, 8}});
}

TEST_F(Checking, takes_encoded_pictures_for_masks_only) {
    const ipc::InputTensor picture = inline_input("", {10}, 10, DType::encoded_image);
    refuses(Errc::bad_input, "takes no encoded image: only task mask does", {picture, good()[1]});
    model_.task = ipc::Task::mask;
    model_.inputs = {spec("image", DType::uint8, {{"height", 1, 9}, {"width", 1, 9}, {"", 3, 3}})};
    EXPECT_TRUE(check({picture}));
    refuses(Errc::bad_input, "has the shape [bytes]",
            {inline_input("", {5, 2}, 10, DType::encoded_image)});
    refuses(Errc::bad_input, "has the shape [bytes]",
            {inline_input("", {0}, 0, DType::encoded_image)});
    refuses(Errc::bad_input, "carries 10 bytes where its shape makes 11",
            {inline_input("", {11}, 10, DType::encoded_image)});
}

class Shared : public Checking {
  protected:
    // float32 [n, length], rows of one bucket in one inference.
    Shared() {
        const ipc::Axis n{"n", 1, 64}, length{"length", 1, 64};
        model_.task = ipc::Task::tensor;
        model_.inputs = {spec("x", DType::float32, {n, length})};
        model_.outputs = {spec("a", DType::float32, {n})};
        model_.batch.spec.rows = 8;
        model_.batch.spec.length = "length";
        model_.batch.spec.buckets = {16, 32};
    }
    CheckedJob job(std::uint64_t rows, std::uint64_t length) {
        return check({inline_input("x", {rows, length}, rows * length * 4)}).value();
    }
};

TEST_F(Shared, tells_how_much_of_an_inference_a_job_is) {
    EXPECT_EQ(job(3, 10).size, (scheduler::BatchSize{3, 3 * 16})) << "as long as its bucket";
    EXPECT_EQ(job(2, 32).size, (scheduler::BatchSize{2, 2 * 32}));
    EXPECT_EQ(job(2, 50).size, (scheduler::BatchSize{2, 2 * 50})) << "beyond the last";
    model_.batch.spec.length.clear();
    EXPECT_EQ(job(3, 10).size, (scheduler::BatchSize{3, 0}));
    model_.batch.spec.rows = 0;
    EXPECT_EQ(job(3, 10).size, (scheduler::BatchSize{1, 0}));
}

TEST_F(Shared, gives_jobs_one_form_whose_lengths_are_of_one_bucket) {
    EXPECT_EQ(job(3, 10).form, job(1, 16).form);
    EXPECT_NE(job(1, 16).form, job(1, 17).form);
    EXPECT_NE(job(1, 50).form, job(1, 51).form);
    model_.batch.spec.length.clear();
    EXPECT_NE(job(1, 10).form, job(1, 16).form);
}

TEST_F(Shared, counts_a_texts_bytes_as_tokens_up_to_its_longest) {
    model_.task = ipc::Task::embed_text;
    model_.text.spec.max_length = 100;
    model_.inputs = {spec("texts", DType::uint8, {{"bytes", 0, 4096}}),
                     spec("ends", DType::int64, {{"texts", 1, 8}})};
    const auto texts = [this](std::uint64_t bytes, std::uint64_t rows) {
        return check({inline_input("texts", {bytes}, bytes, DType::uint8),
                      inline_input("ends", {rows}, 8 * rows, DType::int64)})
            .value()
            .size;
    };
    EXPECT_EQ(texts(30, 2), (scheduler::BatchSize{2, 34}));
    EXPECT_EQ(texts(3000, 2), (scheduler::BatchSize{2, 200}));
    EXPECT_EQ(texts(0, 1), (scheduler::BatchSize{1, 2}));
}

TEST_F(Checking, always_says_the_way_out) {
    for (const auto& job :
         {check({}), check(good(), {{99, 0, 8}}), check(good(), {{id(), 1, 8}}),
          check(good(), {{id(), 4096, 8}}), check(good(), {{id(), 0, 65}, {id(), 64, 8}})}) {
        ASSERT_FALSE(job);
        EXPECT_NE(job.error().hint, "") << job.error().message;
    }
}

}  // namespace
}  // namespace samovar::daemon
