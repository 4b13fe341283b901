#include "tests/bench/in_process.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/models/scan.hpp"
#include "daemon/worker/tasks/slots.hpp"
#include "daemon/worker/tasks/task.hpp"
#include "ipc/os/segment.hpp"

namespace samovar::bench {
namespace {

constexpr std::uint32_t kChannel = 1;

// As the daemon's registry finds it: what it took into its store is what is loaded here.
ipc::WorkerLoad find_model(const InProcessSettings& settings) {
    daemon::Store store = daemon::Store::open(settings.store).value();
    daemon::Devices devices;
    devices.cuda_devices = settings.device == "cpu" ? 0 : 1;
    daemon::Scan scan = daemon::scan_models(settings.models, store, devices);
    const auto found =
        std::find_if(scan.candidates.begin(), scan.candidates.end(),
                     [&](const auto& candidate) { return candidate.file.name == settings.model; });
    if (found == scan.candidates.end())
        throw std::runtime_error("no model " + settings.model + " in " + settings.models.string());
    ipc::WorkerLoad load = daemon::load_message(*found, 1);
    load.threads = static_cast<std::uint32_t>(settings.threads);
    return load;
}

}  // namespace

void draw_picture(std::span<std::byte> pixels) {
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = std::byte(i % 251);
}

InProcess::InProcess(const InProcessSettings& settings) : threads_(settings.threads) {
    device_ =
        settings.device == "cpu" ? worker::make_cpu_device() : worker::make_cuda_device(0).value();
    device_->enter_thread(worker::Work::jobs);
    at::get_num_threads();  // the first question initialises the number; it is set after that
    at::set_num_threads(threads_);
    {
        const c10::InferenceMode inference;
        worker::LoadSteps steps([](const ipc::Progress&) {});
        model_ = worker::load_model(find_model(settings), threads_, *device_, steps);
    }
    clock_ = device_->make_clock();

    const std::uint64_t in = ipc::round_to_pages(settings.width * settings.height * 3);
    const std::uint64_t out = ipc::round_to_pages(settings.width * settings.height * 4);
    const ipc::UniqueFd memory = ipc::create_segment(in + out).value();
    channels_ = std::make_unique<worker::Channels>(*device_);
    channels_->map(kChannel, memory.get(), in + out).value();
    const ipc::Mapping picture = ipc::Mapping::open(memory.get(), in + out).value();
    draw_picture(picture.bytes().first(settings.width * settings.height * 3));

    job_.model = 1;
    ipc::InputTensor& input = job_.inputs.emplace_back();
    input.dtype = DType::uint8;
    input.shape = {settings.height, settings.width, 3};
    input.channel = kChannel;
    job_.outputs.push_back({kChannel, in, settings.width * settings.height * 4});
}

InProcess::~InProcess() = default;

ipc::Timings InProcess::run() {
    const c10::InferenceMode inference;
    worker::Slots slots(*channels_);
    return worker::run_task(*model_, {&job_, &slots}, *device_, *clock_).timings;
}

}  // namespace samovar::bench
