#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "client/cli/commands/all.hpp"

namespace samovar::cli {
namespace setup_torch_command {
namespace {

namespace fs = std::filesystem;

struct SetUp {
    bool cpu = false, cuda = false, remove = false;
    std::string from, torch, into, worker;
};

std::vector<std::string> words_for(const SetUp& wanted, const fs::path& program, bool json) {
    std::vector<std::string> words{"python3", program.string()};
    const auto pass_on = [&](const char* option, const std::string& value) {
        if (!value.empty()) words.insert(words.end(), {option, value});
    };
    for (const auto& [given, option] : {std::pair{wanted.cpu, "--cpu"},
                                        {wanted.cuda, "--cuda"},
                                        {wanted.remove, "--remove"},
                                        {json, "--json"}})
        if (given) words.emplace_back(option);
    pass_on("--from", wanted.from);
    pass_on("--torch", wanted.torch);
    pass_on("--into", wanted.into);
    pass_on("--worker", wanted.worker);
    return words;
}

// Becomes the program in Python beside this one, which can be read, and changed by who needs to.
int set_up(const Invocation& invocation, const SetUp& wanted) {
    std::error_code fault;
    const fs::path own = fs::read_symlink("/proc/self/exe", fault).parent_path();
    const fs::path program = own.parent_path() / "lib" / "samovar" / "setup_torch.py";
    if (!fs::exists(program, fault))
        return invocation.refuse({Errc::io, program.string() + " is missing",
                                  "install samovar as a whole: its package, or cmake --install", 0,
                                  0});
    const std::vector<std::string> words = words_for(wanted, program, invocation.console.json);
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    ::execvp(pointers[0], pointers.data());
    return invocation.refuse(io_error("running python3", errno));
}

Action declare(Arguments& arguments) {
    const auto wanted = std::make_shared<SetUp>();
    arguments.flag("--cpu", wanted->cpu, "without CUDA, a tenth of the size");
    arguments.flag("--cuda", wanted->cuda,
                   "with CUDA; neither: with it where there is an NVIDIA driver");
    arguments.option("--from", "PATH", wanted->from,
                     "a wheel, or a folder with torch/ (and nvidia/) in it, instead of fetching");
    arguments.option("--torch", "VERSION", wanted->torch,
                     "which, such as 2.11.0; default: that of the newest worker installed");
    arguments.option("--into", "FOLDER", wanted->into,
                     "where to; default: /var/lib/samovar-torch/ and the minor version");
    arguments.option("--worker", "PROGRAM", wanted->worker,
                     "who is asked whether it runs with it; default: the package's worker");
    arguments.flag("--remove", wanted->remove, "take LibTorch away again");
    return [wanted](const Invocation& invocation) { return set_up(invocation, *wanted); };
}

}  // namespace
}  // namespace setup_torch_command

const Command kSetupTorch{
    .name = "setup-torch",
    .summary = "Put LibTorch where the packaged workers look for it",
    .detail =
        "Fetches PyTorch's wheel by pip, or takes one that is there, keeps its libraries, and "
        "asks\n"
        "the worker whether it runs with them before they replace what was there. Needs root.",
    .example =
        "  samovar setup-torch\n  samovar setup-torch --from torch-2.11.0-cp311-linux_x86_64.whl",
    .json = R"({"torch", "cuda", "bytes", "folder", "worker"}; with --remove {"removed"})",
    .declare = setup_torch_command::declare};

}  // namespace samovar::cli
