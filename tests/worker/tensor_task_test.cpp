// Task `tensor`: what goes in and comes out, and what jobs are refused for.

#include <gmock/gmock.h>

#include <numeric>
#include <thread>

#include "tests/worker/test_models.hpp"
#include "tests/worker/worker_process.hpp"

namespace samovar::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Error error_of(const Message& message) {
    return message.as<ipc::ErrorReply>().error;
}

ipc::WorkerLoad add() {
    const auto vector = [](const char* name) { return spec(name, DType::float32, {axis("n")}); };
    return torchscript("add", {vector("x"), vector("y")}, {vector("sum")});
}
ipc::WorkerLoad invert() {
    const std::vector<ipc::Axis> picture{axis("height"), axis("width"), axis(3)};
    return torchscript("invert", {spec("image", DType::uint8, picture, true)},
                       {spec("output", DType::uint8, picture)});
}
ipc::WorkerLoad stored(const std::string& file, std::vector<ipc::TensorSpec> inputs,
                       std::vector<ipc::TensorSpec> outputs) {
    ipc::WorkerLoad load = torchscript(file, std::move(inputs), std::move(outputs));
    load.code.file = SAMOVAR_TEST_DATA "/worker/" + file;
    return load;
}
std::vector<float> numbers(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}
ipc::InputTensor vector_of(std::size_t count) {
    return inline_input(DType::float32, {count}, numbers(count));
}

template <class T>
std::span<T> view(const TestChannel& channel, std::size_t offset, std::size_t count) {
    return {reinterpret_cast<T*>(channel.bytes().data() + offset), count};
}

TEST(TensorTask, adds_vectors_that_lie_in_a_channel_and_in_the_message) {
    WorkerProcess worker;
    worker.load(add()).as<ipc::WorkerLoaded>();
    const TestChannel channel = worker.open_channel(1 << 16);
    for (std::size_t i = 0; i < 1000; ++i)
        view<float>(channel, 4096, 1000)[i] = 2;
    const auto done =
        worker
            .run(job({vector_of(1000), slot_input(DType::float32, {1000}, channel.id, 4096)},
                     {{channel.id, 8192, 8192}}))
            .as<ipc::JobDone>();
    ASSERT_EQ(done.outputs.size(), 1U);
    EXPECT_EQ(done.outputs[0].name, "sum");
    EXPECT_EQ(done.outputs[0].shape, Shape{1000});
    EXPECT_EQ(done.outputs[0].channel, channel.id);
    EXPECT_EQ(done.outputs[0].offset, 8192U);
    EXPECT_TRUE(done.outputs[0].data.empty());
    for (std::size_t i = 0; i < 1000; ++i)
        ASSERT_EQ(view<float>(channel, 8192, 1000)[i], static_cast<float>(i) + 2);
    EXPECT_GT(done.timings.inferred, 0U);
}

TEST(TensorTask, takes_several_jobs_from_its_socket_in_order) {
    WorkerProcess worker;
    worker.load(add()).as<ipc::WorkerLoaded>();
    std::vector<std::uint64_t> asked;
    for (std::size_t n = 1; n < 20; ++n)
        asked.push_back(worker.ask_jobs(job({vector_of(n), vector_of(n)})));
    for (std::size_t n = 1; n < 20; ++n) {
        const Message answer = worker.job_answer();
        EXPECT_EQ(answer.request, asked[n - 1]);
        EXPECT_EQ(values_of<float>(answer.as<ipc::JobDone>().outputs.at(0)).size(), n);
    }
}

TEST(TensorTask, carries_every_element_type) {
    WorkerProcess worker;
    std::vector<ipc::TensorSpec> specs;
    std::vector<ipc::InputTensor> inputs;
    for (const DType dtype :
         {DType::float32, DType::float64, DType::float16, DType::bfloat16, DType::int8,
          DType::uint8, DType::int16, DType::int32, DType::int64, DType::boolean}) {
        specs.push_back(spec(std::string(to_string(dtype)), dtype, {axis("n")}));
        // Small numbers whose bytes are a number of each type, and truth values.
        std::vector<std::uint8_t> bytes(3 * element_size(dtype), 1);
        inputs.push_back(inline_input(dtype, {3}, bytes));
    }
    worker.load(torchscript("echo", specs, specs)).as<ipc::WorkerLoaded>();
    const TestChannel channel = worker.open_channel(1 << 16);
    std::vector<ipc::InputTensor> in_slots;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        in_slots.push_back(slot_input(inputs[i].dtype, {3}, channel.id, 64 * i));
        std::ranges::copy(inputs[i].data,
                          channel.bytes().begin() + static_cast<std::ptrdiff_t>(64 * i));
    }
    for (const auto& way : {inputs, in_slots}) {
        const auto done = worker.run(job(way)).as<ipc::JobDone>();
        ASSERT_EQ(done.outputs.size(), inputs.size());
        for (std::size_t i = 0; i < inputs.size(); ++i)
            EXPECT_EQ(done.outputs[i].data, inputs[i].data) << to_string(inputs[i].dtype);
    }
}

TEST(TensorTask, makes_truth_values_of_any_byte) {
    WorkerProcess worker;
    std::vector<ipc::TensorSpec> specs;
    std::vector<ipc::InputTensor> inputs;
    for (const DType dtype :
         {DType::float32, DType::float64, DType::float16, DType::bfloat16, DType::int8,
          DType::uint8, DType::int16, DType::int32, DType::int64, DType::boolean}) {
        specs.push_back(spec(std::string(to_string(dtype)), dtype, {axis("n")}));
        inputs.push_back(
            inline_input(dtype, {2}, std::vector<std::uint8_t>(2 * element_size(dtype))));
    }
    inputs.back() = inline_input(DType::boolean, {2}, std::vector<std::uint8_t>{0, 0x80});
    worker.load(torchscript("echo", specs, specs)).as<ipc::WorkerLoaded>();
    const auto done = worker.run(job(inputs)).as<ipc::JobDone>();
    EXPECT_EQ(values_of<std::uint8_t>(done.outputs.back()), (std::vector<std::uint8_t>{0, 1}));
}

TEST(TensorTask, flattens_what_the_model_returns) {
    WorkerProcess worker;
    const auto vector = spec("x", DType::float32, {axis("n")});
    worker.load(stored("nested.pt", {vector}, {vector, vector, vector})).as<ipc::WorkerLoaded>();
    const auto done = worker.run(job({vector_of(2)})).as<ipc::JobDone>();
    ASSERT_EQ(done.outputs.size(), 3U);
    EXPECT_EQ(values_of<float>(done.outputs[2]), (std::vector<float>{3, 4}));
}

TEST(TensorTask, inverts_a_picture_in_place_of_the_client) {
    WorkerProcess worker;
    worker.load(invert()).as<ipc::WorkerLoaded>();
    const TestChannel channel = worker.open_channel(2 << 20);
    const std::size_t bytes = 200 * 300 * 3;
    for (std::size_t i = 0; i < bytes; ++i)
        view<std::uint8_t>(channel, 0, bytes)[i] = static_cast<std::uint8_t>(i);
    worker
        .run(job({slot_input(DType::uint8, {200, 300, 3}, channel.id, 0)},
                 {{channel.id, 1 << 20, 1 << 20}}))
        .as<ipc::JobDone>();
    for (std::size_t i = 0; i < bytes; ++i)
        ASSERT_EQ(view<std::uint8_t>(channel, 1 << 20, bytes)[i],
                  static_cast<std::uint8_t>(255 - i));
}

// The model looks at the real numbers until they change, and then returns all. That it ends, and
// with a picture that was written under way, shows that both are viewed where they lie; the whole
// numbers are those of the start.
TEST(TensorTask, views_real_numbers_and_pictures_in_the_slot_and_copies_whole_numbers) {
    WorkerProcess worker;
    const auto n = axis("n");
    const std::vector<ipc::TensorSpec> specs{spec("real", DType::float32, {n}),
                                             spec("whole", DType::int64, {n}),
                                             spec("picture", DType::uint8, {n}, true)};
    worker.load(stored("late.pt", specs, specs)).as<ipc::WorkerLoaded>();
    const TestChannel channel = worker.open_channel(4096);
    const std::uint64_t request =
        worker.ask_jobs(job({slot_input(DType::float32, {8}, channel.id, 0),
                             slot_input(DType::int64, {8}, channel.id, 64),
                             slot_input(DType::uint8, {8}, channel.id, 128)}));
    // Long after the inputs were taken.
    ipc::WorkerHealthReport health;
    do {
        health = worker.health();
        std::this_thread::yield();
    } while (health.running_job != request || health.running_ns < 200'000'000);
    std::ranges::fill(view<std::int64_t>(channel, 64, 8), 7);
    std::ranges::fill(view<std::uint8_t>(channel, 128, 8), std::uint8_t{7});
    std::ranges::fill(view<float>(channel, 0, 8), 7.0F);

    const auto done = worker.job_answer().as<ipc::JobDone>();
    EXPECT_EQ(values_of<float>(done.outputs.at(0))[0], 7.0F);
    EXPECT_EQ(values_of<std::int64_t>(done.outputs.at(1)), std::vector<std::int64_t>(8, 0));
    EXPECT_EQ(values_of<std::uint8_t>(done.outputs.at(2)), std::vector<std::uint8_t>(8, 7));
}

// ---- Refusals -----------------------------------------------------------------------------------

struct Refusals : testing::Test {
    WorkerProcess worker;
    TestChannel channel = worker.open_channel(8192);

    Refusals() { worker.load(add()).as<ipc::WorkerLoaded>(); }
    // The error, after which the next job works.
    Error refused(const ipc::RunJob& run) {
        const Error error = error_of(worker.run(run));
        EXPECT_EQ(worker.run(job({vector_of(3), vector_of(3)})).as<ipc::JobDone>().outputs.size(),
                  1U);
        return error;
    }
    Error refused_input(ipc::InputTensor x) { return refused(job({std::move(x), vector_of(8)})); }
};

TEST_F(Refusals, a_model_that_is_not_loaded) {
    ipc::RunJob run = job({});
    run.model = 9;
    EXPECT_EQ(refused(run).code, Errc::unknown_model);
}

TEST_F(Refusals, too_few_inputs) {
    const Error error = refused(job({vector_of(3)}));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message, AllOf(HasSubstr("1 input for a"), HasSubstr("takes 2")));
}

TEST_F(Refusals, another_type_or_rank_names_both) {
    const std::vector<std::int32_t> whole(8);
    Error error = refused_input(inline_input(DType::int32, {8}, whole));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr("'x'"), HasSubstr("int32 [8]"), HasSubstr("float32 [n]")));
    error = refused_input(inline_input(DType::float32, {4, 2}, numbers(8)));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message, HasSubstr("float32 [4, 2]"));
}

TEST_F(Refusals, sizes_of_one_name_that_differ) {
    const Error error = refused(job({vector_of(3), vector_of(4)}));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.message, HasSubstr("'n' is 3 elsewhere"));
}

TEST_F(Refusals, bytes_in_the_message_that_do_not_fill_the_shape) {
    ipc::InputTensor input = vector_of(8);
    input.data.pop_back();
    EXPECT_EQ(refused_input(input).code, Errc::bad_input);
}

TEST_F(Refusals, a_shape_whose_bytes_do_not_fit_a_number) {
    const Error error = refused_input(slot_input(DType::float32, {~0ULL}, channel.id, 0));
    EXPECT_EQ(error.code, Errc::bad_input);
}

TEST_F(Refusals, slots_outside_their_channel) {
    for (const std::uint64_t offset : {8192ULL, 8192ULL - 64 + 64, ~0ULL - 63, ~0ULL << 6}) {
        const Error error = refused_input(slot_input(DType::float32, {8}, channel.id, offset));
        EXPECT_EQ(error.code, Errc::out_of_bounds) << offset;
        EXPECT_THAT(error.message, HasSubstr("8192"));
    }
    const Error error = refused(job({vector_of(3), vector_of(3)}, {{channel.id, 64, 8192}}));
    EXPECT_EQ(error.code, Errc::out_of_bounds);
}

TEST_F(Refusals, slots_that_are_not_aligned) {
    const Error error = refused_input(slot_input(DType::float32, {8}, channel.id, 4));
    EXPECT_EQ(error.code, Errc::bad_input);
    EXPECT_THAT(error.hint, HasSubstr("64"));
    EXPECT_EQ(refused(job({vector_of(3), vector_of(3)}, {{channel.id, 8, 64}})).code,
              Errc::invalid_argument);
}

TEST_F(Refusals, channels_that_are_not_open) {
    EXPECT_EQ(refused_input(slot_input(DType::float32, {8}, 77, 0)).code, Errc::unknown_channel);
    ipc::UnmapChannel unmap;
    unmap.channel = channel.id;
    worker.control_answer(worker.ask_control(unmap)).as<ipc::Ok>();
    EXPECT_EQ(refused_input(slot_input(DType::float32, {8}, channel.id, 0)).code,
              Errc::unknown_channel);
}

TEST_F(Refusals, a_place_that_is_too_small_says_what_would_do) {
    Error error = refused(job({vector_of(100), vector_of(100)}, {{channel.id, 0, 128}}));
    EXPECT_EQ(error.code, Errc::output_too_small);
    EXPECT_EQ(error.needed, 400U);
    error = refused(job({vector_of(16384), vector_of(16384)}, {{ipc::kInline, 0, 1000}}));
    EXPECT_EQ(error.needed, 65536U);
}

TEST_F(Refusals, an_answer_beyond_the_limit_of_a_message_asks_for_a_slot) {
    const TestChannel large = worker.open_channel(1 << 18);
    const auto input = slot_input(DType::float32, {20000}, large.id, 0);
    const Error error = refused(job({input, input}));
    EXPECT_EQ(error.code, Errc::output_too_small);
    EXPECT_EQ(error.needed, 80000U);
    EXPECT_THAT(error.hint, HasSubstr("slot"));
}

TEST_F(Refusals, more_places_than_outputs) {
    EXPECT_EQ(refused(job({vector_of(3), vector_of(3)}, {{}, {}})).code, Errc::invalid_argument);
}

TEST_F(Refusals, parameters) {
    ipc::RunJob run = job({vector_of(3), vector_of(3)});
    run.params.push_back({"threshold", "0.5"});
    const Error error = refused(run);
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("'threshold'"));
}

TEST_F(Refusals, descriptors_that_are_no_channel) {
    ipc::MapChannel map;
    map.channel = 50;
    map.bytes = 4096;
    EXPECT_EQ(error_of(worker.control_answer(worker.ask_control(map, channel.memfd.get()))).code,
              Errc::bad_descriptor);
    map.channel = channel.id;
    map.bytes = 8192;
    EXPECT_EQ(error_of(worker.control_answer(worker.ask_control(map, channel.memfd.get()))).code,
              Errc::invalid_argument);
}

// ---- Models that fail ---------------------------------------------------------------------------

struct FailingModels : testing::Test {
    WorkerProcess worker;
    Error error_from(const ipc::WorkerLoad& load, const ipc::RunJob& run) {
        worker.load(load).as<ipc::WorkerLoaded>();
        return error_of(worker.run(run));
    }
};

TEST_F(FailingModels, that_raise_are_quoted_in_one_line_and_logged_in_full) {
    const auto vector = spec("x", DType::float32, {axis("n")});
    const std::vector<float> negative{-1};
    const Error error = error_from(torchscript("throws", {vector}, {vector}),
                                   job({inline_input(DType::float32, {1}, negative)}));
    EXPECT_EQ(error.code, Errc::inference_failed);
    EXPECT_THAT(error.message, HasSubstr("this model takes no negative numbers"));
    EXPECT_THAT(error.message, testing::Not(AllOf(HasSubstr("Traceback"), HasSubstr("\n"))));
    EXPECT_THAT(worker.log(), HasSubstr("Traceback of TorchScript"));
    EXPECT_EQ(values_of<float>(worker.run(job({vector_of(2)})).as<ipc::JobDone>().outputs.at(0)),
              (std::vector<float>{0, 1}));
}

TEST_F(FailingModels, whose_operators_fail_are_quoted) {
    ipc::WorkerLoad load = add();
    load.inputs[1].shape[0].name = "m";
    const Error error = error_from(load, job({vector_of(3), vector_of(4)}));
    EXPECT_EQ(error.code, Errc::inference_failed);
    EXPECT_THAT(error.message, testing::StartsWith("The size of tensor a (3)"));
}

TEST_F(FailingModels, whose_compiled_code_is_given_something_else_are_quoted) {
    ipc::WorkerLoad load = compiled("tiny-pt2", {spec("x", DType::float32, {axis("n"), axis("m")})},
                                    {spec("y", DType::float32, {axis("n"), axis(4)})});
    const Error error = error_from(load, job({inline_input(DType::float32, {2, 9}, numbers(18))}));
    EXPECT_EQ(error.code, Errc::inference_failed);
    EXPECT_THAT(error.message, AllOf(HasSubstr("expected: 16"), HasSubstr("got: 9")));
}

TEST_F(FailingModels, that_return_something_else_name_both) {
    ipc::WorkerLoad load = add();
    const ipc::RunJob run = job({vector_of(5), vector_of(5)});
    load.outputs[0].dtype = DType::int32;
    EXPECT_THAT(error_from(load, run).message,
                AllOf(HasSubstr("'sum'"), HasSubstr("float32 [5]"), HasSubstr("int32 [n]")));
    load = add();
    load.outputs[0].shape = {axis("n"), axis(2)};
    EXPECT_EQ(error_from(load, run).code, Errc::bad_output);
    load = add();
    load.outputs[0].shape = {axis(6)};
    EXPECT_THAT(error_from(load, run).message, HasSubstr("size 0 is 5 where it must be 6"));
    load = add();
    load.outputs.push_back(load.outputs[0]);
    EXPECT_THAT(error_from(load, run).message,
                AllOf(HasSubstr("1 tensor where"), HasSubstr("declares 2")));
}

TEST_F(FailingModels, that_return_no_tensors_are_told_so) {
    const auto vector = spec("x", DType::float32, {axis("n")});
    const Error error = error_from(stored("named.pt", {vector}, {vector}), job({vector_of(2)}));
    EXPECT_EQ(error.code, Errc::bad_output);
    EXPECT_THAT(error.message, HasSubstr("Dict"));
}

TEST_F(FailingModels, that_want_more_memory_than_there_is) {
    const auto vector = spec("x", DType::float32, {axis(1)});
    const std::vector<float> bytes{static_cast<float>(1ULL << 46)};
    const Error error =
        error_from(stored("greedy.pt", {vector}, {spec("y", DType::uint8, {axis(1)})}),
                   job({inline_input(DType::float32, {1}, bytes)}));
    EXPECT_EQ(error.code, Errc::out_of_memory);
}

// ---- Jobs that a worker has died of -------------------------------------------------------------

TEST(Suspect, sends_its_digest_first_and_is_refused_by_it_later) {
    WorkerProcess worker;
    worker.load(add()).as<ipc::WorkerLoaded>();
    ipc::RunJob run = job({vector_of(5), vector_of(5)});
    run.suspect = true;
    const auto digest = worker.run(run).as<ipc::JobDigest>().digest;
    worker.job_answer().as<ipc::JobDone>();
    EXPECT_EQ(worker.run(run).as<ipc::JobDigest>().digest, digest);
    worker.job_answer().as<ipc::JobDone>();

    run.suspect = false;
    run.refused = {{1, 2}, digest};
    EXPECT_EQ(error_of(worker.run(run)).code, Errc::worker_died);
    run.inputs[0] = inline_input(DType::float32, {5}, std::vector<float>(5, 1));
    worker.run(run).as<ipc::JobDone>();
}

}  // namespace
}  // namespace samovar::tests
