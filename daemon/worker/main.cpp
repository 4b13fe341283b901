#include <torch/version.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>

#include "daemon/worker/activity.hpp"
#include "daemon/worker/arguments.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/compute.hpp"
#include "daemon/worker/control.hpp"
#include "daemon/worker/engine/cerr_capture.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/loader.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/process.hpp"
#include "daemon/worker/sandbox/sandbox.hpp"
#include "daemon/worker/unwanted.hpp"

using namespace samovar;
using namespace samovar::worker;

namespace {

int probe() {
    std::printf("samovar-worker %s\ntorch %s\n", SAMOVAR_VERSION, TORCH_VERSION);
    // Where the loader found it; where it finds none, it says why, and this does not run.
    std::printf("libtorch %s\ndevice cpu\n", place_of_library("libtorch_cpu.so").c_str());
    const auto names = cuda_device_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        std::printf("device cuda:%zu %s\n", i, names[i].c_str());
    return 0;
}

// What `arguments` ask for; none where they ask for none.
Result<Sandbox> take_sandbox(const Arguments& arguments) {
    if (arguments.sandbox == "off") return Sandbox{ipc::Confinement::none, "turned off"};
    return enter_sandbox({arguments.room, arguments.cuda, arguments.sandbox == "require"});
}

int cannot_serve(ipc::WorkerHello hello, const Error& why, Outbox& control) {
    hello.problem = cut(describe(why), kMaxTextBytes);
    control.send(hello, 0);
    log::error(hello.problem);
    return 1;
}

[[noreturn]] void serve(Device& device, const Arguments& arguments, Outbox& control) {
    Models models;
    Channels channels(device);
    Activity activity;
    UnwantedJobs unwanted;
    Loader loader(device, models, control, {arguments.threads, arguments.decode_cache});
    ComputeLoop compute(device, models, channels, activity, unwanted,
                        static_cast<unsigned>(arguments.threads));
    // They live as long as the process: nothing ends them but its end.
    std::thread([&loader] { loader.run(); }).detach();
    std::thread([&compute] { compute.run(); }).detach();
    std::thread([&compute] { compute.run_stager(); }).detach();
    ControlLoop(channels, models, loader, activity, unwanted, control).run();
}

}  // namespace

int main(int argc, char** argv) {
    const Result<Arguments> arguments = parse_arguments(argc, argv);
    if (!arguments) {
        std::fprintf(stderr, "samovar-worker: %s\n", describe(arguments.error()).c_str());
        return 2;
    }
    if (arguments->help) return std::fputs(usage(), stdout) < 0 ? 1 : 0;
    if (arguments->probe) return probe();

    settle_process(arguments->name);
    keep_freed_memory();
    log::start(arguments->name, arguments->log_level, arguments->log_json);
    // Compiled code then compares what it is given with what it was compiled for, instead of
    // reading past the end of a tensor that model.toml describes wrongly.
    setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 1);
    route_cerr_to_log();
    if (Result<void> sockets = take_sockets(); !sockets) {
        log::error(describe(sockets.error()));
        return 2;
    }

    Outbox control(ipc::kControlFd);
    ipc::WorkerHello hello;
    hello.build = SAMOVAR_VERSION;
    hello.torch = TORCH_VERSION;
    // Before there is a thread and anything of a model.
    Result<Sandbox> sandbox = take_sandbox(*arguments);
    if (!sandbox) return cannot_serve(std::move(hello), sandbox.error(), control);
    hello.sandbox = sandbox->is;
    hello.sandbox_words = cut(std::move(sandbox->words), kMaxTextBytes);
    const auto begun = std::chrono::steady_clock::now();
    Result<std::unique_ptr<Device>> device =
        arguments->cuda ? make_cuda_device(arguments->cuda_index)
                        : Result<std::unique_ptr<Device>>(make_cpu_device());
    if (!device) return cannot_serve(std::move(hello), device.error(), control);
    hello.device_init_ns = static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - begun).count());
    hello.device = (*device)->name();
    hello.device_name = (*device)->description();
    control.send(hello, 0);
    serve(**device, *arguments, control);
}
