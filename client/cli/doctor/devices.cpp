#include "client/cli/doctor/devices.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "client/cli/doctor/program.hpp"
#include "ipc/words.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kProbePatience{60};  // CUDA takes its time, with a cold cache
constexpr std::uintmax_t kLittleDisk = 1u << 30, kNoDisk = 64u << 20;

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// The word behind `name` at the beginning of a line.
std::string word_behind(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
    return "";
}

std::string last_line(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Findings check_devices(const fs::path& root) {
    Findings findings;
    const fs::path driver = root / "proc/driver/nvidia/version";
    std::error_code fault;
    std::size_t devices = 0;
    while (fs::exists(root / fmt::format("dev/nvidia{}", devices), fault))
        ++devices;
    const bool has_driver = fs::exists(driver, fault);
    if (devices == 0 && !has_driver)
        return {fine("GPU", "there is none of NVIDIA's; models run on the CPU")};
    if (!has_driver)
        return {bad("GPU", "there are device files, but the driver is not loaded",
                    "modprobe nvidia; see dmesg where that fails")};
    if (devices == 0)
        return {
            bad("GPU", "the driver is loaded, but there is no " + (root / "dev/nvidia0").string(),
                "nvidia-modprobe -u -c=0 makes the device files; a container must be given them")};
    findings.push_back(
        fine("GPU", fmt::format("{}, {}", ipc::count_of(devices, "device"), first_line(driver))));
    for (const std::string name : {"nvidiactl", "nvidia-uvm", "nvidia0"}) {
        const fs::path file = root / "dev" / name;
        if (::access(file.c_str(), R_OK | W_OK) != 0)
            findings.push_back(bad(
                "GPU", fmt::format("{}: {}", file.string(), std::generic_category().message(errno)),
                "let this user read and write it; in a unit: DeviceAllow="));
    }
    return findings;
}

Finding judge_probe(const std::string& program, int status, const std::string& out,
                    const std::string& err) {
    if (status == 0) {
        const std::string torch = word_behind(out, "torch"), place = word_behind(out, "libtorch");
        return fine(program, fmt::format("LibTorch {} from {}", torch, place));
    }
    // "PROGRAM: error while loading shared libraries: libtorch_cpu.so: cannot open ..."
    const std::string said = last_line(err);
    const std::string marker = "error while loading shared libraries: ";
    if (const std::size_t at = said.find(marker); at != said.npos)
        return bad(program, "LibTorch is not found: " + said.substr(at + marker.size()),
                   "install the LibTorch that it was built for where its user may read it "
                   "(no home), or name the folder in LD_LIBRARY_PATH of the unit");
    if (said.find("symbol lookup error") != said.npos || said.find("version `") != said.npos)
        return bad(program, "it found another LibTorch than it was built for: " + said,
                   "install the version that it was built for; docs/operations.md");
    return bad(program, fmt::format("it does not run: status {}: {}", status, said),
               "run `" + program + " --probe` for all that it says");
}

Findings check_workers(const fs::path& folder) {
    Findings findings;
    std::error_code fault;
    for (const std::string name : {"samovar-worker", "samovar-worker-cuda"}) {
        const fs::path program = folder / name;
        if (!fs::exists(program, fault)) {
            if (name == "samovar-worker")
                findings.push_back(bad(name, "there is none in " + folder.string(),
                                       "install it, or name its folder: worker_folder in "
                                       "samovard.toml"));
            continue;
        }
        const Result<Outcome> probe =
            run_program({program.string(), "--probe"}, {}, kProbePatience);
        if (!probe)
            findings.push_back(bad(name, describe(probe.error()), "run it by hand with --probe"));
        else
            findings.push_back(judge_probe(name, probe->status, probe->out, probe->err));
    }
    return findings;
}

Finding check_disk(const std::string& subject, const fs::path& folder) {
    // A folder that is not made yet lies where the nearest one above it does.
    std::error_code fault;
    fs::path there = folder;
    while (!there.empty() && !fs::exists(there, fault) && there != there.parent_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, fault);
    if (fault)
        return doubtful(subject, folder.string() + ": " + fault.message(),
                        "let this user look into the folders above it");
    const std::string what =
        fmt::format("{}: {} free", folder.string(), ipc::bytes_in_words(space.available));
    if (space.available < kNoDisk)
        return bad(subject, what,
                   "make room: new models cannot be taken in, nothing is remembered");
    if (space.available < kLittleDisk) return doubtful(subject, what, "make room soon");
    return fine(subject, what);
}

}  // namespace samovar::cli
