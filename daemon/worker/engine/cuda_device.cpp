// samovar-worker-cuda: the program with CUDA. The one file that includes CUDA's headers.

#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <torch/csrc/inductor/aoti_runner/model_container_runner_cuda.h>

#include <chrono>
#include <mutex>

#include "daemon/worker/engine/compiled_runner.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/process.hpp"

namespace samovar::worker {
namespace {

// Stages are marked in the stream, so that measuring them makes nobody wait.
class CudaClock final : public StageClock {
  public:
    void begin() override {
        start_ = Clock::now();
        begin_.record();
    }
    void prepared() override { prepared_.record(); }
    void inferred() override { inferred_.record(); }
    ipc::Timings finish() override {
        c10::cuda::getCurrentCUDAStream().synchronize();
        const auto all =
            std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_);
        ipc::Timings timings;
        timings.prepared = nanoseconds(begin_, prepared_);
        timings.inferred = nanoseconds(prepared_, inferred_);
        const std::uint64_t before = timings.prepared + timings.inferred;
        timings.finished = static_cast<std::uint64_t>(all.count());
        timings.finished -= std::min(timings.finished, before);
        return timings;
    }

  private:
    using Clock = std::chrono::steady_clock;
    static std::uint64_t nanoseconds(const at::cuda::CUDAEvent& from,
                                     const at::cuda::CUDAEvent& to) {
        return static_cast<std::uint64_t>(from.elapsed_time(to) * 1e6F);
    }
    Clock::time_point start_;
    at::cuda::CUDAEvent begin_{cudaEventDefault}, prepared_{cudaEventDefault},
        inferred_{cudaEventDefault};
};

// Some of the caching allocator's memory in the pool of one stream. An allocator that has emptied
// its caches is made to take that much again.
class ReservedMemory {
  public:
    void change(std::uint64_t more, std::uint64_t less) {
        const std::lock_guard lock(guard_);
        bytes_ += more - less;
    }
    // Throws where the device has not got so much.
    void take(c10::cuda::CUDAStream stream) {
        const std::lock_guard lock(guard_);
        if (bytes_ == 0) return;
        using namespace c10::cuda::CUDACachingAllocator;
        raw_delete(raw_alloc_with_stream(static_cast<std::size_t>(bytes_), stream.stream()));
    }

  private:
    std::mutex guard_;
    std::uint64_t bytes_ = 0;
};

class CudaReservation final : public Reservation {
  public:
    CudaReservation(ReservedMemory& memory, std::uint64_t bytes) : memory_(memory), bytes_(bytes) {
        memory_.change(bytes_, 0);
    }
    CudaReservation(const CudaReservation&) = delete;
    CudaReservation& operator=(const CudaReservation&) = delete;
    ~CudaReservation() override { memory_.change(0, bytes_); }

  private:
    ReservedMemory& memory_;
    std::uint64_t bytes_;
};

class CudaDevice final : public Device {
  public:
    explicit CudaDevice(int index)
        : index_(static_cast<c10::DeviceIndex>(index)),
          jobs_(c10::cuda::getStreamFromPool(false, index_)) {}

    c10::Device torch() const override { return {c10::kCUDA, index_}; }
    std::string name() const override { return "cuda:" + std::to_string(index_); }
    std::string description() const override {
        return cuda_device_names()[static_cast<std::size_t>(index_)];
    }
    void enter_thread(Work work) override {
        c10::cuda::set_device(index_);
        c10::cuda::setCurrentCUDAStream(
            work == Work::jobs ? jobs_ : c10::cuda::getStreamFromPool(false, index_));
    }
    std::unique_ptr<StageClock> make_clock() override { return std::make_unique<CudaClock>(); }

    bool pin(std::span<std::byte> memory) override {
        const cudaError_t status =
            cudaHostRegister(memory.data(), memory.size(), cudaHostRegisterPortable);
        if (status == cudaSuccess) return true;
        static_cast<void>(cudaGetLastError());
        log::warning(std::string("a channel stays unpinned: ") + cudaGetErrorString(status));
        return false;
    }
    void unpin(std::span<std::byte> memory) override {
        if (cudaHostUnregister(memory.data()) != cudaSuccess) static_cast<void>(cudaGetLastError());
    }

    std::unique_ptr<CompiledCode> open_code(const std::string& library,
                                            const std::string& folder) override {
        return std::make_unique<CompiledRunner<torch::inductor::AOTIModelContainerRunnerCuda>>(
            library, std::size_t{1}, name(), folder);
    }
    void synchronize() override { c10::cuda::getCurrentCUDAStream(index_).synchronize(); }
    std::uint64_t free_bytes() override {
        std::size_t free = 0, total = 0;
        if (cudaMemGetInfo(&free, &total) == cudaSuccess) return free;
        static_cast<void>(cudaGetLastError());
        return 0;
    }
    std::unique_ptr<Reservation> reserve(std::uint64_t bytes) override {
        auto reservation = std::make_unique<CudaReservation>(reserved_, bytes);
        reserved_.take(jobs_);
        return reservation;
    }
    void release_memory() override {
        c10::cuda::CUDACachingAllocator::emptyCache();
        try {
            reserved_.take(jobs_);
        } catch (const std::exception&) {
            log::warning("another program has taken device memory that was reserved");
        }
        release_freed_memory();
    }
    bool usable() override {
        static_cast<void>(cudaGetLastError());
        return cudaDeviceSynchronize() == cudaSuccess;
    }

  private:
    c10::DeviceIndex index_;
    c10::cuda::CUDAStream jobs_;
    ReservedMemory reserved_;
};

}  // namespace

Result<std::unique_ptr<Device>> make_cuda_device(int index) {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess)
        return Error{Errc::no_device,
                     std::string("CUDA cannot be used here: ") + cudaGetErrorString(status),
                     "check the NVIDIA driver with nvidia-smi", 0, 0};
    if (index >= count)
        return Error{Errc::no_device,
                     "cuda:" + std::to_string(index) + " does not exist; this machine has " +
                         std::to_string(count) + " CUDA device(s)",
                     "set `device` in model.toml to one that exists", 0, 0};
    c10::cuda::set_device(static_cast<c10::DeviceIndex>(index));
    // Makes the context, which takes part of a second, before the worker says that it is ready.
    if (const cudaError_t made = cudaFree(nullptr); made != cudaSuccess)
        return Error{
            Errc::no_device,
            "cuda:" + std::to_string(index) + " cannot be used: " + cudaGetErrorString(made),
            "check the device with nvidia-smi", 0, 0};
    return std::unique_ptr<Device>(std::make_unique<CudaDevice>(index));
}

std::vector<std::string> cuda_device_names() {
    std::vector<std::string> names;
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
    for (int i = 0; i < count; ++i) {
        cudaDeviceProp properties{};
        if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) break;
        names.emplace_back(properties.name);
    }
    return names;
}

}  // namespace samovar::worker
