// Blocks of jobs, by turns: through samovard with several in flight, and in this process with
// LibTorch. Prints the blocks' times as JSON; throughput.py starts the daemon and reckons.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>
#include <future>
#include <nlohmann/json.hpp>
#include <samovar/client.hpp>
#include <stdexcept>

#include "tests/bench/in_process.hpp"

namespace {

using namespace samovar;
using Clock = std::chrono::steady_clock;

struct Settings {
    std::string socket;
    bench::InProcessSettings model;
    int blocks = 10, jobs = 100, in_flight = 4;
};

// A client that keeps `in_flight` jobs on their way, each with slots of its own.
class Pipeline {
  public:
    explicit Pipeline(const Settings& settings)
        : client_(Client::connect({.socket = settings.socket, .name = "bench throughput"}).value()),
          shape_{settings.model.height, settings.model.width, 3},
          model_(settings.model.model) {
        const std::uint64_t pixels = settings.model.height * settings.model.width;
        for (int i = 0; i < settings.in_flight; ++i) {
            inputs_.push_back(client_.take(pixels * 3).value());
            outputs_.push_back(client_.take(pixels * 4).value());
            bench::draw_picture(inputs_.back().bytes().first(pixels * 3));
        }
    }

    std::chrono::nanoseconds run(int jobs) {
        const auto begun = Clock::now();
        std::deque<Job> running;
        for (int sent = 0, done = 0; done < jobs; ++done) {
            for (; sent < jobs && !inputs_.empty(); ++sent)
                running.push_back(submit());
            JobResult result = running.front().wait(std::chrono::minutes(1)).value();
            running.pop_front();
            inputs_.push_back(std::move(result.inputs.at(0)));
            outputs_.push_back(std::move(result.outputs.at(0).slot));
        }
        return Clock::now() - begun;
    }

  private:
    Job submit() {
        JobSpec job;
        job.model = model_;
        job.inputs.push_back({"", DType::uint8, shape_, std::move(inputs_.back()), {}});
        job.outputs.push_back(std::move(outputs_.back()));
        inputs_.pop_back();
        outputs_.pop_back();
        return client_.submit(std::move(job)).value();
    }

    Client client_;
    Shape shape_;
    std::string model_;
    std::vector<Slot> inputs_, outputs_;
};

void measure(const Settings& settings) {
    Pipeline pipeline(settings);
    bench::InProcess in_process(settings.model);
    const auto run_here = [&] {
        const auto begun = Clock::now();
        for (int i = 0; i < settings.jobs; ++i)
            in_process.run();
        return Clock::now() - begun;
    };
    pipeline.run(settings.jobs);
    run_here();
    nlohmann::json times{{"daemon", nlohmann::json::array()},
                         {"in_process", nlohmann::json::array()}};
    for (int block = 0; block < settings.blocks; ++block) {
        // Which side goes first alternates, so that neither has the other's warmth.
        for (const int side : {block % 2, 1 - block % 2}) {
            const std::chrono::nanoseconds time =
                side == 0 ? pipeline.run(settings.jobs) : run_here();
            times[side == 0 ? "daemon" : "in_process"].push_back(time.count());
        }
    }
    std::printf("%s\n", times.dump().c_str());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("measures jobs a second; started by throughput.py");
    Settings settings;
    app.add_option("--socket", settings.socket)->required();
    app.add_option("--models", settings.model.models)->required();
    app.add_option("--store", settings.model.store)->required();
    app.add_option("--model", settings.model.model)->required();
    app.add_option("--device", settings.model.device);
    app.add_option("--threads", settings.model.threads);
    app.add_option("--width", settings.model.width)->required();
    app.add_option("--height", settings.model.height)->required();
    app.add_option("--blocks", settings.blocks);
    app.add_option("--jobs", settings.jobs, "in a block");
    app.add_option("--in-flight", settings.in_flight);
    CLI11_PARSE(app, argc, argv);
    try {
        // On a thread beside the first, as in the worker: the allocator treats the two differently,
        // and that was seen to cost the first one a seventh.
        std::async(std::launch::async, [&settings] { measure(settings); }).get();
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "bench_throughput: %s\n", fault.what());
        return 1;
    }
}
