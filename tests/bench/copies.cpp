// Counts with PyTorch's profiler what a job copies: the worker's own channel and task code in this
// process, as the profiler sees one process. Prints one line of JSON for the start (loading the
// model, mapping the channel) and one for the jobs: how often each event came. On a GPU those are
// "Memcpy HtoD (Pinned -> Device)" and the calls of CUDA's runtime; on a CPU, LibTorch's operators.

#include <torch/csrc/autograd/profiler_kineto.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tests/bench/in_process.hpp"

namespace {

using namespace samovar;
namespace profiler = torch::autograd::profiler;
namespace impl = torch::profiler::impl;

// Events by name, from its making to stop().
class Profile {
  public:
    explicit Profile(bool cuda) {
        std::set<impl::ActivityType> activities{impl::ActivityType::CPU};
        if (cuda) activities.insert(impl::ActivityType::CUDA);
        const impl::ProfilerConfig config(impl::ProfilerState::KINETO);
        profiler::prepareProfiler(config, activities);
        profiler::enableProfiler(config, activities, {at::RecordScope::FUNCTION});
    }
    std::map<std::string, int> stop() {
        const auto result = profiler::disableProfiler();
        std::map<std::string, int> counts;
        for (const profiler::KinetoEvent& event : result->events())
            ++counts[event.name()];
        return counts;
    }
};

void print(const char* stage, int jobs, const std::map<std::string, int>& counts) {
    const nlohmann::json line{{"stage", stage}, {"jobs", jobs}, {"events", counts}};
    std::printf("%s\n", line.dump().c_str());
}

void count(const bench::InProcessSettings& settings, int jobs) {
    const bool cuda = settings.device != "cpu";
    Profile start(cuda);
    bench::InProcess model(settings);
    print("start", 0, start.stop());
    model.run();  // what only the first job does is none of each job's
    Profile running(cuda);
    for (int i = 0; i < jobs; ++i)
        model.run();
    print("jobs", jobs, running.stop());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("counts the copies of a job");
    bench::InProcessSettings settings;
    int jobs = 10;
    app.add_option("--models", settings.models)->required();
    app.add_option("--store", settings.store)->required();
    app.add_option("--model", settings.model)->required();
    app.add_option("--device", settings.device);
    app.add_option("--width", settings.width)->required();
    app.add_option("--height", settings.height)->required();
    app.add_option("--jobs", jobs);
    CLI11_PARSE(app, argc, argv);
    try {
        count(settings, jobs);
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "bench_copies: %s\n", fault.what());
        return 1;
    }
}
