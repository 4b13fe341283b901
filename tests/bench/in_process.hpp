#pragma once
// A model in this process: the worker's own loading and task code on the daemon's own artefacts, as
// a program would have it that links LibTorch itself. The other side of `throughput`.

#include <filesystem>
#include <memory>
#include <string>

#include "daemon/worker/channels.hpp"
#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/engine/load.hpp"
#include "ipc/os/mapping.hpp"

namespace samovar::bench {

struct InProcessSettings {
    std::filesystem::path models, store;  // the daemon's, so that the artefact is the same file
    std::string model;
    std::string device = "cpu";  // "cpu", "cuda"
    int threads = 1;
    std::uint64_t width = 0, height = 0;  // of the picture
};

// One thread, the one that makes it.
class InProcess {
  public:
    // Loads the model. Throws std::runtime_error.
    explicit InProcess(const InProcessSettings& settings);
    ~InProcess();

    // One cut-out of the picture. Throws as a task does.
    ipc::Timings run();
    worker::Device& device() { return *device_; }

  private:
    std::unique_ptr<worker::Device> device_;
    std::unique_ptr<worker::Channels> channels_;
    std::shared_ptr<worker::LoadedModel> model_;
    std::unique_ptr<worker::StageClock> clock_;
    ipc::RunJob job_;
    int threads_;
};

// uint8 [height, width, 3]: the same picture for both sides.
void draw_picture(std::span<std::byte> pixels);

}  // namespace samovar::bench
