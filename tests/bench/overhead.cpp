// Jobs through samovard, and beside each of them the same messages through bare processes. Prints
// one line of JSON a case: the samples, in nanoseconds. overhead.py starts the daemon and reckons.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <samovar/client.hpp>
#include <stdexcept>

#include "tests/bench/job_messages.hpp"

namespace {

using namespace samovar;
using Clock = std::chrono::steady_clock;
using Samples = std::map<std::string, std::vector<std::int64_t>>;

struct Settings {
    std::string socket;
    std::vector<std::string> models;
    std::vector<std::string> sizes{"64x64", "1920x1080", "3840x2160"};
    bool picture_out = false;
    int jobs = 300, warm_up = 30;
};

Shape shape_of(const std::string& size) {
    const std::size_t x = size.find('x');
    return {std::stoull(size.substr(x + 1)), std::stoull(size), 3};
}

// One model at one size.
struct Case {
    std::string model, size;
    Shape shape;
    std::uint64_t bytes = 0;
    Slot input, output;              // `output` is empty where the answer comes in the message
    std::vector<std::byte> scratch;  // for the memcpy that a picture's way out is compared with
    Samples samples;
};

Case make_case(Client& client, const Settings& settings, const std::string& model,
               const std::string& size) {
    Case one{model, size, shape_of(size), 0, {}, {}, {}, {}};
    one.bytes = tensor_bytes(DType::uint8, one.shape).value();
    one.input = client.take(one.bytes).value();
    for (std::size_t i = 0; i < one.bytes; ++i)
        one.input.bytes()[i] = std::byte(i % 251);
    if (!settings.picture_out) return one;
    one.output = client.take(one.bytes).value();
    one.scratch.resize(one.bytes);
    return one;
}

void run_job(Client& client, Case& one) {
    const bool in_slot = static_cast<bool>(one.output);
    JobSpec job;
    job.model = one.model;
    job.inputs.push_back({"", DType::uint8, one.shape, std::move(one.input), {}});
    if (in_slot) job.outputs.push_back(std::move(one.output));
    const auto begun = Clock::now();
    Result<JobResult> result = client.run(std::move(job));
    const auto all = Clock::now() - begun;
    JobResult done = std::move(result).value();
    one.input = std::move(done.inputs.at(0));
    if (in_slot) one.output = std::move(done.outputs.at(0).slot);
    const auto note = [&one](const char* name, std::chrono::nanoseconds time) {
        one.samples[name].push_back(time.count());
    };
    note("end_to_end", all);
    note("difference", all - done.timings.inferred);
    note("queued", done.timings.queued);
    note("prepared", done.timings.prepared);
    note("inferred", done.timings.inferred);
    note("finished", done.timings.finished);
    note("in_daemon", done.timings.total);
}

// What the worker must do at least to bring a result out: from where it was just computed, into the
// slot.
void copy_result(Case& one) {
    for (std::size_t i = 0; i < one.bytes; ++i)
        one.scratch[i] = std::byte(255) ^ one.input.bytes()[i];
    const auto begun = Clock::now();
    std::memcpy(one.output.bytes().data(), one.scratch.data(), one.bytes);
    one.samples["memcpy"].push_back((Clock::now() - begun).count());
}

std::vector<bench::Leg> legs_for(const Settings& settings) {
    ipc::OutputTensor output;
    output.name = "output";
    if (settings.picture_out) {
        output.dtype = DType::uint8;
        output.shape = {1, 1, 3};
        output.channel = 1;
    } else {
        output.dtype = DType::float32;
        output.shape = {64};
        output.data.resize(64 * sizeof(float));
    }
    return bench::legs_of(settings.models.front(), output);
}

void measure(const Settings& settings) {
    const std::vector<bench::Leg> legs = legs_for(settings);
    bench::RawChain relay(legs), pair({legs.front()});
    Client client = Client::connect({.socket = settings.socket, .name = "bench overhead"}).value();
    std::vector<Case> cases;
    for (const std::string& model : settings.models)
        for (const std::string& size : settings.sizes)
            cases.push_back(make_case(client, settings, model, size));

    for (int i = -settings.warm_up; i < settings.jobs; ++i) {
        for (Case& one : cases) {
            // By turns in another order, so that none has always the same one before it.
            for (int k = 0; k < 3; ++k) {
                switch ((i + settings.warm_up + k) % 3) {
                    case 0: run_job(client, one); break;
                    case 1: one.samples["relay"].push_back(relay.round_trip().count()); break;
                    default: one.samples["pair"].push_back(pair.round_trip().count());
                }
            }
            if (settings.picture_out) copy_result(one);
            if (i < 0) one.samples.clear();
        }
    }
    for (Case& one : cases) {
        const nlohmann::json line{{"model", one.model},
                                  {"size", one.size},
                                  {"message_bytes", {legs[0].request, legs[0].answer}},
                                  {"samples", one.samples}};
        std::printf("%s\n", line.dump().c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("measures the way of a job; started by overhead.py");
    Settings settings;
    app.add_option("--socket", settings.socket)->required();
    app.add_option("--model", settings.models)->required();
    app.add_option("--size", settings.sizes, "WIDTHxHEIGHT");
    app.add_flag("--picture-out", settings.picture_out, "the model returns a picture");
    app.add_option("--jobs", settings.jobs);
    app.add_option("--warm-up", settings.warm_up);
    CLI11_PARSE(app, argc, argv);
    try {
        measure(settings);
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "bench_overhead: %s\n", fault.what());
        return 1;
    }
}
