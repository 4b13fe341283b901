#include <torch/csrc/inductor/aoti_runner/model_container_runner_cpu.h>

#include <chrono>

#include "daemon/worker/engine/compiled_runner.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/opened_early.hpp"
#include "daemon/worker/process.hpp"

namespace samovar::worker {
namespace {

class CpuClock final : public StageClock {
  public:
    void begin() override { begin_ = Clock::now(); }
    void prepared() override { prepared_ = Clock::now(); }
    void inferred() override { inferred_ = Clock::now(); }
    ipc::Timings finish() override {
        ipc::Timings timings;
        timings.prepared = between(begin_, prepared_);
        timings.inferred = between(prepared_, inferred_);
        timings.finished = between(inferred_, Clock::now());
        return timings;
    }

  private:
    using Clock = std::chrono::steady_clock;
    static std::uint64_t between(Clock::time_point from, Clock::time_point to) {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
    }
    Clock::time_point begin_, prepared_, inferred_;
};

class CpuDevice final : public Device {
  public:
    c10::Device torch() const override { return c10::kCPU; }
    std::string name() const override { return "cpu"; }
    std::string description() const override { return "cpu"; }
    void enter_thread(Work) override {}
    std::unique_ptr<StageClock> make_clock() override { return std::make_unique<CpuClock>(); }
    bool pin(std::span<std::byte>) override { return true; }
    void unpin(std::span<std::byte>) override {}
    std::unique_ptr<CompiledCode> open_code(const std::string& library,
                                            const std::string&) override {
        const OpenedEarly early(library);
        return std::make_unique<CompiledRunner<torch::inductor::AOTIModelContainerRunnerCpu>>(
            library);
    }
    void synchronize() override {}
    std::uint64_t free_bytes() override { return 0; }
    std::unique_ptr<Reservation> reserve(std::uint64_t) override { return nullptr; }
    void release_memory() override { release_freed_memory(); }
    bool usable() override { return true; }
};

}  // namespace

std::unique_ptr<Device> make_cpu_device() {
    return std::make_unique<CpuDevice>();
}

}  // namespace samovar::worker
