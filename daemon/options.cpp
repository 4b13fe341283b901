#include "daemon/options.hpp"

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <thread>

#include <samovar/limits.hpp>

#include "daemon/models/toml_reader.hpp"
#include "daemon/models/writers.hpp"
#include "daemon/residency/device_memory.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxConfigBytes = 64u << 10;
constexpr std::int64_t kLongestDrainMs = 600'000, kLongestLingerMs = 3'600'000;
constexpr std::int64_t kShortestIdleMs = 100, kLongestIdleMs = std::int64_t{365} * 86'400'000;
constexpr std::chrono::minutes kPrivateIdle{10};
constexpr std::uint64_t kLargestDecodeCache = std::uint64_t{1} << 40;  // 1 TiB
const std::initializer_list<std::string_view> kSandboxes = {"auto", "require", "off"};
const std::initializer_list<std::string_view> kLogFormats = {"auto", "text", "json", "journal"};
const std::initializer_list<std::string_view> kLogLevels = {"debug", "info", "warning", "error"};

fs::path from_environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value && value[0] == '/' ? fs::path(value) : fs::path();
}

// $VARIABLE/samovar, else ~/FALLBACK/samovar; for root the system's place.
fs::path place(const char* variable, const char* fallback, const char* of_the_system) {
    if (const fs::path named = from_environment(variable); !named.empty()) return named / "samovar";
    if (::geteuid() == 0) return of_the_system;
    if (const fs::path home = from_environment("HOME"); !home.empty())
        return home / fallback / "samovar";
    return of_the_system;
}

fs::path default_socket() {
    const fs::path runtime = from_environment("XDG_RUNTIME_DIR");
    return (runtime.empty() ? fs::path("/run") : runtime) / "samovar" / "samovar.sock";
}

// The folder of its kind that systemd has made for the service, the first of several; empty where
// it has made none (StateDirectory= and the like, systemd.exec(5)).
fs::path of_the_service(const char* variable) {
    const fs::path given = from_environment(variable);
    return given.native().substr(0, given.native().find(':'));
}

fs::path default_state() {
    if (fs::path given = of_the_service("STATE_DIRECTORY"); !given.empty()) return given;
    return place("XDG_STATE_HOME", ".local/state", "/var/lib/samovar");
}

fs::path default_models() {
    if (fs::path given = of_the_service("STATE_DIRECTORY"); !given.empty()) return given / "models";
    return place("XDG_DATA_HOME", ".local/share", "/var/lib/samovar") / "models";
}

fs::path default_store() {
    if (fs::path given = of_the_service("CACHE_DIRECTORY"); !given.empty()) return given / "store";
    return place("XDG_CACHE_HOME", ".cache", "/var/cache/samovar") / "store";
}

fs::path default_config() {
    if (fs::path given = of_the_service("CONFIGURATION_DIRECTORY"); !given.empty())
        return given / "samovard.toml";
    return place("XDG_CONFIG_HOME", ".config", "/etc/samovar") / "samovard.toml";
}

// Beside the daemon in a build tree, in libexec once installed.
fs::path default_worker_folder() {
    std::error_code fault;
    const fs::path own = fs::read_symlink("/proc/self/exe", fault).parent_path();
    if (fs::exists(own / "samovar-worker", fault)) return own;
    return own.parent_path() / "libexec" / "samovar";
}

// `key` is what it was called: a place in the configuration file, or the option.
unsigned parse_mode(const std::string& text, const std::string& key) {
    unsigned mode = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (fault != std::errc() || end != text.data() + text.size() || mode > 0777)
        throw TomlFault(key + ": \"" + text + "\" is no octal number up to 0777");
    return mode;
}

LogFormat log_format_of(const std::string& word) {
    if (word == "text") return LogFormat::text;
    if (word == "json") return LogFormat::json;
    return word == "journal" ? LogFormat::journal : LogFormat::automatic;
}

Options defaults() {
    Options options;
    options.listener.socket = default_socket();
    options.models = default_models();
    options.store = default_store();
    options.state = default_state();
    options.worker_folder = default_worker_folder();
    options.threads = std::max(1u, std::thread::hardware_concurrency());
    return options;
}

std::uint64_t read_decode_cache(TomlReader& reader, std::uint64_t otherwise) {
    if (!reader.has("decode_cache")) return otherwise;
    const std::string text = reader.text("decode_cache");
    if (text == "0") return 0;
    const auto bytes = ipc::parse_bytes(text);
    if (!bytes || *bytes > kLargestDecodeCache)
        reader.fail("decode_cache",
                    "must be a number of bytes up to 1TiB, such as \"64MiB\", or \"0\"");
    return *bytes;
}

constexpr const char* kPrivateDaemons = "private_daemons";

[[noreturn]] void refuse_private(const std::string& file) {
    throw TomlFault(
        file + ": " + kPrivateDaemons +
        " = false: no daemon is started here for one user; ask the administrator for the "
        "system's");
}

// Whether the administrator lets users start daemons of their own, where that can be read.
void check_private_daemons() {
    const fs::path file = "/etc/samovar/samovard.toml";
    if (::access(file.c_str(), R_OK) != 0) return;
    const toml::table table = parse_toml(read_small_file(file, kMaxConfigBytes), file.string());
    if (table[kPrivateDaemons].value<bool>() == false) refuse_private(file.string());
}

// samovard.toml: the long options of the command line, as keys.
void read_config(const fs::path& file, Options& options) {
    if (is_system_user(::geteuid()))
        if (const auto open = writable_by_anybody(file, "it says who may do what"))
            throw TomlFault(describe(*open));
    const toml::table table = parse_toml(read_small_file(file, kMaxConfigBytes), file.string());
    TomlReader reader(table, file.string());
    options.listener.socket = reader.text("socket", options.listener.socket.string());
    options.listener.mode =
        parse_mode(reader.text("socket_mode", "0660"), file.string() + ": socket_mode");
    options.listener.group = reader.text("socket_group", "");
    options.metrics.socket = reader.text("metrics_socket", "");
    options.metrics.mode =
        parse_mode(reader.text("metrics_mode", "0660"), file.string() + ": metrics_mode");
    options.metrics.group = reader.text("metrics_group", "");
    options.models = reader.text("models", options.models.string());
    options.store = reader.text("store", options.store.string());
    options.state = reader.text("state", options.state.string());
    options.worker_folder = reader.text("worker_folder", options.worker_folder.string());
    options.threads = static_cast<unsigned>(reader.integer("threads", 1, 1024, options.threads));
    options.drain = std::chrono::milliseconds(
        reader.duration_ms("drain", 0, kLongestDrainMs, options.drain.count()));
    options.linger = std::chrono::milliseconds(
        reader.duration_ms("linger", 0, kLongestLingerMs, options.linger.count()));
    options.parallel_loads = static_cast<std::size_t>(
        reader.integer("parallel_loads", 1, static_cast<std::int64_t>(kMaxWorkers),
                       static_cast<std::int64_t>(options.parallel_loads)));
    options.decode_cache = read_decode_cache(reader, options.decode_cache);
    options.sandbox = reader.one_of("sandbox", kSandboxes, "auto");
    options.log_level = reader.one_of("log_level", kLogLevels, "info");
    options.log_format = log_format_of(reader.one_of("log_format", kLogFormats, "auto"));
    options.budgets = read_budgets(reader);
    options.queue = read_queue(reader);
    if (reader.has("idle_exit"))
        options.idle_exit = std::chrono::milliseconds(
            reader.duration_ms("idle_exit", kShortestIdleMs, kLongestIdleMs, {}));
    if (!reader.boolean(kPrivateDaemons, true) && options.private_daemon)
        refuse_private(file.string());
    options.policy = read_policy(reader, file.string(), Accounts::of_this_machine());
    reader.finish();
}

struct Flags {
    std::string config, socket, mode, group, metrics, models, store, state, worker_folder, sandbox,
        log_level, log_format, meminfo, pressure, nvml, device_nodes;
    unsigned threads = 0;
    double drain = -1, linger = -1, idle_exit = -1;
    bool private_daemon = false, check = false;
    int ready_fd = -1, clock_fd = -1;
};

void declare(CLI::App& app, Flags& flags) {
    app.set_version_flag("--version", "samovard " SAMOVAR_VERSION);
    app.add_option("--socket", flags.socket, "Unix socket to listen on")->type_name("PATH");
    app.add_option("--models", flags.models, "folder of model folders")->type_name("DIR");
    app.add_option("--config", flags.config, "configuration file")->type_name("FILE");
    app.add_option("--socket-mode", flags.mode, "permissions of the socket (0660)")
        ->type_name("OCTAL");
    app.add_option("--socket-group", flags.group, "group of the socket")->type_name("GROUP");
    app.add_option("--metrics-socket", flags.metrics,
                   "Unix socket for who reads metrics over HTTP (none)")
        ->type_name("PATH");
    app.add_option("--store", flags.store, "folder for the daemon's copies of artefacts")
        ->type_name("DIR");
    app.add_option("--state", flags.state, "folder for what outlives the daemon")->type_name("DIR");
    app.add_option("--worker-folder", flags.worker_folder, "where the worker programs are")
        ->type_name("DIR");
    app.add_option("--sandbox", flags.sandbox,
                   "of workers: auto, what the kernel has; require; off (auto)")
        ->check(CLI::IsMember(std::vector<std::string>(kSandboxes.begin(), kSandboxes.end())));
    app.add_option("--threads", flags.threads, "threads of one inference on the CPU (all cores)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--drain", flags.drain, "seconds that running jobs get at the end (10)")
        ->check(CLI::Range(0.0, 600.0));
    app.add_option("--linger", flags.linger, "seconds that an empty worker stays (10)")
        ->check(CLI::Range(0.0, 3600.0));
    app.add_option("--idle-exit", flags.idle_exit,
                   "seconds without a session, then it ends (never)")
        ->check(CLI::Range(0.1, 86400.0 * 365));
    app.add_flag("--private", flags.private_daemon,
                 "for this user alone: socket mode 0600, and --idle-exit 600");
    app.add_option("--log-level", flags.log_level, "the least that is logged (info)")
        ->check(CLI::IsMember(std::vector<std::string>(kLogLevels.begin(), kLogLevels.end())));
    app.add_option("--log-format", flags.log_format,
                   "how it is logged (auto: the journal, else text)")
        ->check(CLI::IsMember(std::vector<std::string>(kLogFormats.begin(), kLogFormats.end())));
    app.add_flag("--check", flags.check,
                 "look at configuration and models, print a line of JSON for each, and exit");
    app.add_option("--ready-fd", flags.ready_fd, "descriptor to write a newline to once ready")
        ->check(CLI::Range(0, 1 << 20));
    app.add_option("--clock-fd", flags.clock_fd, "descriptor that a test lets time pass with")
        ->check(CLI::Range(0, 1 << 20))
        ->group("");
    app.add_option("--meminfo", flags.meminfo, "where a test says what memory there is")->group("");
    app.add_option("--pressure", flags.pressure, "where a test says how scarce memory is")
        ->group("");
    app.add_option("--nvml", flags.nvml, "the library that a test has tell of GPUs")->group("");
    app.add_option("--device-nodes", flags.device_nodes, "where a test has GPUs: /dev/nvidia")
        ->group("");
    app.footer(
        "Example:\n  samovard --socket /tmp/samovar.sock --models ./models\n\n"
        "Exit status: 0 stopped as asked, 1 could not start or run, 2 wrong usage.");
}

void apply(const Flags& flags, Options& options) {
    if (!flags.socket.empty()) options.listener.socket = flags.socket;
    if (!flags.mode.empty()) options.listener.mode = parse_mode(flags.mode, "--socket-mode");
    if (!flags.group.empty()) options.listener.group = flags.group;
    if (!flags.metrics.empty()) options.metrics.socket = flags.metrics;
    if (!flags.models.empty()) options.models = fs::absolute(flags.models);
    if (!flags.store.empty()) options.store = fs::absolute(flags.store);
    if (!flags.state.empty()) options.state = fs::absolute(flags.state);
    if (!flags.worker_folder.empty()) options.worker_folder = fs::absolute(flags.worker_folder);
    if (!flags.sandbox.empty()) options.sandbox = flags.sandbox;
    if (flags.threads > 0) options.threads = flags.threads;
    if (flags.drain >= 0)
        options.drain = std::chrono::milliseconds(static_cast<long>(flags.drain * 1000));
    if (flags.linger >= 0)
        options.linger = std::chrono::milliseconds(static_cast<long>(flags.linger * 1000));
    if (flags.private_daemon && flags.mode.empty()) options.listener.mode = 0600;
    if (flags.private_daemon && !options.idle_exit) options.idle_exit = kPrivateIdle;
    if (flags.idle_exit >= 0)
        options.idle_exit = std::chrono::milliseconds(static_cast<long>(flags.idle_exit * 1000));
    if (!flags.log_level.empty()) options.log_level = flags.log_level;
    if (!flags.log_format.empty()) options.log_format = log_format_of(flags.log_format);
    if (!flags.meminfo.empty()) options.budgets.meminfo = flags.meminfo;
    if (!flags.pressure.empty()) options.budgets.pressure = flags.pressure;
    if (!flags.nvml.empty()) options.budgets.nvml = flags.nvml;
    if (!flags.device_nodes.empty()) options.device_nodes = flags.device_nodes;
    options.check = flags.check;
    options.ready_fd = flags.ready_fd;
    options.clock_fd = flags.clock_fd;
}

// A daemon of root is for the members of a group, who have to reach its socket.
std::string usual_socket_group() {
    const bool there = ::geteuid() == 0 && Accounts::of_this_machine().group(kUsersGroup);
    return there ? kUsersGroup : "";
}

}  // namespace

Invocation read_invocation(int argc, const char* const* argv) {
    Invocation invocation;
    Flags flags;
    CLI::App app("samovard: keeps PyTorch models hot for the processes of this machine",
                 "samovard");
    declare(app, flags);
    try {
        app.parse(argc, argv);
        invocation.options = defaults();
        invocation.options.private_daemon = flags.private_daemon;
        if (flags.private_daemon) check_private_daemons();
        const fs::path usual = default_config();
        if (!flags.config.empty())
            read_config(flags.config, invocation.options);
        else if (std::error_code fault; fs::exists(usual, fault))
            read_config(usual, invocation.options);
        else
            invocation.options.policy = usual_policy(usual.string(), Accounts::of_this_machine());
        apply(flags, invocation.options);
        if (invocation.options.listener.group.empty() && !flags.private_daemon)
            invocation.options.listener.group = usual_socket_group();
        const BudgetOptions& budgets = invocation.options.budgets;
        check_reserve(budgets, read_meminfo(budgets.meminfo).total);
        invocation.run = true;
    } catch (const CLI::ParseError& words) {
        std::ostringstream out, err;
        invocation.status = app.exit(words, out, err) == 0 ? 0 : 2;
        invocation.words = (invocation.status == 0 ? "" : "samovard: ") + out.str() + err.str();
    } catch (const TomlFault& fault) {
        invocation.status = 2;
        invocation.words = std::string("samovard: ") + fault.what() + "\n";
    } catch (const fs::filesystem_error& fault) {
        invocation.status = 1;
        invocation.words = std::string("samovard: ") + fault.what() + "\n";
    }
    return invocation;
}

}  // namespace samovar::daemon
