#pragma once
// A machine that has a GPU as far as samovard can tell: NVML tells of one, and its worker is that
// of the CPU under another name. What runs on a GPU is for tests/gpu.

#include <fstream>

#include "tests/integration/residency/budgeted.hpp"
#include "tests/support/fake_gpus.hpp"

namespace samovar::tests {

struct FakeGpuMachine {
    static constexpr unsigned long long kMegabyte = 1'000'000;

    FakeGpuMachine() {
        const auto path = [this](const char* name) { return folder.path() / name; };
        std::filesystem::create_symlink(SAMOVAR_PROGRAMS "/samovar-worker", path("samovar-worker"));
        // "--device cuda:0" becomes "--device cpu".
        std::ofstream(path("samovar-worker-cuda"))
            << "#!/bin/sh\nfor word; do\n    shift\n    [ \"$last\" = --device ] && set -- \"$@\" "
               "cpu || set -- \"$@\" \"$word\"\n    last=$word\ndone\nexec " SAMOVAR_PROGRAMS
               "/samovar-worker \"$@\"\n";
        std::filesystem::permissions(path("samovar-worker-cuda"),
                                     std::filesystem::perms::owner_all);
        std::ofstream(path("nvidia0")) << "";
        leave(500);
    }
    // So much of its 1000 MB is free, whatever models hold.
    void leave(unsigned long long megabytes, long long energy_mj = -1) const {
        gpus.are({{.total = 1000 * kMegabyte,
                   .free = megabytes * kMegabyte,
                   .energy_mj = energy_mj,
                   .name = "Fake"}});
    }
    DaemonPlan plan(std::vector<std::string> environment = {}) const {
        environment.push_back(gpus.variable());
        return {.arguments = {"--nvml", SAMOVAR_FAKE_NVML_LIBRARY, "--device-nodes",
                              (folder.path() / "nvidia").string()},
                .environment = std::move(environment),
                .worker_folder = folder.path()};
    }

    TemporaryFolder folder;
    FakeGpus gpus{{}};
};

}  // namespace samovar::tests
