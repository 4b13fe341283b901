#pragma once
// What differs between the CPU and a GPU. Everything else asks for nothing but these.

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <samovar/error.hpp>

#include "daemon/worker/engine/compiled_code.hpp"
#include "ipc/wire/messages.hpp"

namespace samovar::worker {

// Times the stages of one job after the other, on the thread that runs them.
class StageClock {
  public:
    virtual ~StageClock() = default;
    virtual void begin() = 0;     // the job was read
    virtual void prepared() = 0;  // the model's inputs are given to the device
    virtual void inferred() = 0;  // its forward is
    // Waits until the device has done everything. `queued` and `total` stay 0.
    virtual ipc::Timings finish() = 0;
};

// Device memory that stays with this process as long as it lives, whatever release_memory() gives
// back. Destroyed before its Device.
class Reservation {
  public:
    virtual ~Reservation() = default;
};

// What a thread is at. Jobs have one stream, so that what a warm-up leaves in the allocator's cache
// is theirs; a load's copies do not stand in its way.
enum class Work { jobs, loads };

class Device {
  public:
    virtual ~Device() = default;

    virtual c10::Device torch() const = 0;
    virtual std::string name() const = 0;         // "cpu", "cuda:0"
    virtual std::string description() const = 0;  // "cpu", "NVIDIA H200"

    // Makes this the device of the calling thread, and `work`'s stream its stream. In each thread
    // that runs or loads models; may be called again for other work.
    virtual void enter_thread(Work work) = 0;
    virtual std::unique_ptr<StageClock> make_clock() = 0;

    // Makes a channel's memory one that the device reads and writes without a copy between, until
    // unpin(). False where that was refused: transfers are slower then, and nothing else.
    virtual bool pin(std::span<std::byte> memory) = 0;
    virtual void unpin(std::span<std::byte> memory) = 0;

    // Opens the library of an unpacked .pt2; `folder` holds its kernels.
    virtual std::unique_ptr<CompiledCode> open_code(const std::string& library,
                                                    const std::string& folder) = 0;

    // Waits until the calling thread's stream has done what it was given, so that other threads may
    // use the results.
    virtual void synchronize() = 0;
    // Free bytes of the device's own memory, by whomever the rest is held; 0 where it is the
    // host's.
    virtual std::uint64_t free_bytes() = 0;
    // Keeps so much of the device's memory for jobs; null where the device is the CPU. Throws where
    // it has not got that.
    virtual std::unique_ptr<Reservation> reserve(std::uint64_t bytes) = 0;
    // Gives freed memory of this process back to the machine, and to the device.
    virtual void release_memory() = 0;
    // Asked after a job has thrown: false where nothing runs any more (a sticky CUDA error), so
    // that the process must end.
    virtual bool usable() = 0;
};

// Pages of the CPU's memory; knows no error.
std::unique_ptr<Device> make_cpu_device();
// Errors: `no_device`, with what is missing (a driver, that number, CUDA in this program).
Result<std::unique_ptr<Device>> make_cuda_device(int index);
// The GPUs that this program can use, by number; none where it has no CUDA.
std::vector<std::string> cuda_device_names();

}  // namespace samovar::worker
