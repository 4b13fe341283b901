#include "daemon/worker/arguments.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include <samovar/limits.hpp>

namespace samovar::worker {
namespace {

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 3> kSandboxes{"off", "auto", "require"};

std::optional<int> number(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

bool take_device(std::string_view text, Arguments& arguments) {
    if (text == "cpu") return true;
    constexpr std::string_view kCuda = "cuda";
    if (!text.starts_with(kCuda)) return false;
    text.remove_prefix(kCuda.size());
    arguments.cuda = true;
    if (text.empty()) return true;
    if (text.front() != ':') return false;
    const std::optional<int> index = number(text.substr(1), 0, 127);
    arguments.cuda_index = index.value_or(0);
    return index.has_value();
}

Error wrong(std::string what) {
    return {Errc::invalid_argument, std::move(what), "samovar-worker --help", 0, 0};
}

}  // namespace

const char* usage() noexcept {
    return "samovar-worker: holds the models of one device for samovard, which starts it.\n"
           "\n"
           "  --device cpu|cuda:N  where the models run (cpu)\n"
           "  --threads N          threads of an inference on the CPU, 1 to 1024 (1)\n"
           "  --decode-cache N     bytes of decoded pictures that are kept; 0: none (0)\n"
           "  --name NAME          for the log and the process list (cpu)\n"
           "  --log-level LEVEL    debug, info, warning or error (info)\n"
           "  --log-json           log lines of JSON\n"
           "  --sandbox MODE       off, auto (what the kernel has) or require (off)\n"
           "  --room DIR           with a sandbox: the folder that models are read from\n"
           "  --probe              print LibTorch's version and the devices, and exit\n"
           "  --help\n"
           "\n"
           "Descriptors 3 and 4 are its sockets to samovard.\n";
}

Result<Arguments> parse_arguments(int argc, char** argv) {
    static constexpr std::array<option, 11> kOptions{
        {{"device", required_argument, nullptr, 'd'},
         {"threads", required_argument, nullptr, 't'},
         {"decode-cache", required_argument, nullptr, 'c'},
         {"name", required_argument, nullptr, 'n'},
         {"log-level", required_argument, nullptr, 'l'},
         {"log-json", no_argument, nullptr, 'j'},
         {"sandbox", required_argument, nullptr, 's'},
         {"room", required_argument, nullptr, 'r'},
         {"probe", no_argument, nullptr, 'p'},
         {"help", no_argument, nullptr, 'h'},
         {nullptr, 0, nullptr, 0}}};
    Arguments arguments;
    opterr = 0;
    for (int c = 0; (c = getopt_long(argc, argv, "h", kOptions.data(), nullptr)) != -1;) {
        if (c == 'p') {
            arguments.probe = true;
        } else if (c == 'j') {
            arguments.log_json = true;
        } else if (c == 'h') {
            arguments.help = true;
        } else if (c == 'n') {
            arguments.name = std::string(optarg).substr(0, 2 * kMaxNameBytes);
        } else if (c == 'l') {
            if (std::find(kLogLevels.begin(), kLogLevels.end(), optarg) == kLogLevels.end())
                return wrong(std::string("--log-level ") + optarg +
                             " is none of debug, info, warning, error");
            arguments.log_level = optarg;
        } else if (c == 's') {
            if (std::find(kSandboxes.begin(), kSandboxes.end(), optarg) == kSandboxes.end())
                return wrong(std::string("--sandbox ") + optarg + " is none of off, auto, require");
            arguments.sandbox = optarg;
        } else if (c == 'r') {
            arguments.room = optarg;
        } else if (c == 'd') {
            if (!take_device(optarg, arguments))
                return wrong(std::string("--device ") + optarg + " is none of cpu, cuda, cuda:N");
        } else if (c == 't') {
            const std::optional<int> threads = number(optarg, 1, kMaxThreads);
            if (!threads) return wrong(std::string("--threads ") + optarg + " is not in 1 to 1024");
            arguments.threads = *threads;
        } else if (c == 'c') {
            const std::string_view text = optarg;
            const auto [end, fault] =
                std::from_chars(text.data(), text.data() + text.size(), arguments.decode_cache);
            if (fault != std::errc() || end != text.data() + text.size())
                return wrong("--decode-cache " + std::string(text) + " is no number of bytes");
        } else {
            return wrong(std::string("an unknown or incomplete argument: ") + argv[optind - 1]);
        }
    }
    if (optind < argc) return wrong(std::string("an unknown argument: ") + argv[optind]);
    if (arguments.sandbox != "off" && arguments.room.empty())
        return wrong("--sandbox " + arguments.sandbox + " without a --room");
    return arguments;
}

}  // namespace samovar::worker
