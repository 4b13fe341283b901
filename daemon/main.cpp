// samovard: keeps PyTorch models hot for the processes of this machine.

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "daemon/eager_loop.hpp"
#include "daemon/models/writers.hpp"
#include "daemon/self_check.hpp"
#include "daemon/server.hpp"
#include "daemon/service/handed_socket.hpp"
#include "daemon/service/watchdog.hpp"
#include "ipc/os/journal_stream.hpp"

namespace {

constexpr std::string_view kOwnName = "samovard: ";

bool logs_to_the_journal() {
    return samovar::ipc::is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
}

// Before there is a log. The journal takes "<3>" for the level of an error.
void complain(const std::string& words) {
    std::fprintf(stderr, "%s%s", logs_to_the_journal() ? "<3>" : "", words.c_str());
}

int refuse(const samovar::Error& error) {
    complain("samovard: " + samovar::describe(error) + "\n");
    return 1;
}

// Every channel and every session costs a descriptor; what the shell or the service manager gives
// at first is for programs that hold a few.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Workers are of the same user, who may else read and stop its own processes: what is not dumpable
// is nobody's but root's to look into, and leaves no core.
void keep_workers_out() {
    ::prctl(PR_SET_DUMPABLE, 0);
}

samovar::Result<samovar::daemon::Listener> open_listener(
    const samovar::daemon::asio::any_io_executor& loop,
    const samovar::daemon::ListenerOptions& options, samovar::ipc::UniqueFd handed) {
    using samovar::daemon::Listener;
    if (handed) return Listener::adopt(loop, std::move(handed));
    return Listener::open(loop, options);
}

// As at the start. The words of a fault begin with the program's name, as for a terminal.
samovar::Result<samovar::daemon::Options> read_options(int argc, const char* const* argv) {
    samovar::daemon::Invocation invocation = samovar::daemon::read_invocation(argc, argv);
    if (invocation.run) return std::move(invocation.options);
    std::string words = invocation.words.substr(std::min(invocation.words.size(), kOwnName.size()));
    words.erase(words.find_last_not_of('\n') + 1);
    return samovar::Error{samovar::Errc::invalid_argument, std::move(words),
                          "mend it, then reload; until then the old configuration holds", 0, 0};
}

samovar::Error no_start(const std::string& why) {
    return {samovar::Errc::io, "the system does not give what it takes to start: " + why,
            "see how many files, processes and how much memory its user may have (ulimit -a)", 0,
            0};
}

// Its loop, and what runs on that.
struct Daemon {
    samovar::daemon::asio::io_context loop{1};
    std::optional<samovar::daemon::Server> server;
};

// A daemon that listens. What the system refuses to a thread, a timer or a socket of the loop comes
// as an exception; later, that is a bug or the end.
samovar::Result<std::unique_ptr<Daemon>> start(
    const samovar::daemon::Options& options, samovar::daemon::HandedSockets handed,
    const std::optional<std::chrono::microseconds>& watchdog, int argc,
    const char* const* argv) try {
    using namespace samovar::daemon;
    auto daemon = std::make_unique<Daemon>();
    const auto executor = daemon->loop.get_executor();
    samovar::Result<Listener> listener =
        open_listener(executor, options.listener, std::move(handed.sessions));
    if (!listener) return listener.error();
    std::optional<Listener> scrapers;
    if (handed.metrics || !options.metrics.socket.empty()) {
        samovar::Result<Listener> opened =
            open_listener(executor, options.metrics, std::move(handed.metrics));
        if (!opened) return opened.error();
        scrapers.emplace(std::move(*opened));
    }
    samovar::Result<Store> store = Store::open(options.store);
    if (!store) return store.error();
    if (is_system_user(::geteuid()))
        if (const auto open =
                writable_by_anybody(options.store, "workers run what lies in the store"))
            return *open;

    Server& server =
        daemon->server.emplace(daemon->loop, options, std::move(*store), std::move(*listener));
    server.read_options = [argc, argv] { return read_options(argc, argv); };
    if (watchdog) server.feed_watchdog(*watchdog);
    server.start();
    if (scrapers) server.serve_metrics(std::move(*scrapers));
    return daemon;
} catch (const boost::system::system_error& fault) {
    return no_start(fault.code().message());
} catch (const std::system_error& fault) {
    return no_start(fault.code().message());
}

}  // namespace

int main(int argc, char** argv) {
    using namespace samovar::daemon;
    std::signal(SIGPIPE, SIG_IGN);
    const Invocation invocation = read_invocation(argc, argv);
    if (!invocation.run) {
        if (invocation.status == 0)
            std::fputs(invocation.words.c_str(), stdout);
        else
            complain(invocation.words);
        return invocation.status;
    }
    const Options& options = invocation.options;
    if (options.check) {
        const SelfCheck check =
            check_models(options, find_devices(options.worker_folder, options.device_nodes));
        std::fputs(check.lines.c_str(), stdout);
        return check.good ? 0 : 1;
    }
    // Both before anything is opened, which could be given these numbers.
    for (const auto& [name, fd] :
         {std::pair{"--ready-fd ", options.ready_fd}, std::pair{"--clock-fd ", options.clock_fd}})
        if (fd >= 0 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            return refuse(samovar::io_error(name + std::to_string(fd), errno));
    samovar::Result<HandedSockets> handed = take_handed_sockets(environment_of_process, ::getpid());
    if (!handed) return refuse(handed.error());
    const auto watchdog = watchdog_interval(environment_of_process, ::getpid());
    if (!watchdog) return refuse(watchdog.error());
    raise_descriptor_limit();
    if (options.sandbox != "off") keep_workers_out();
    start_log(options.log_level, options.log_format, logs_to_the_journal());

    auto daemon = start(options, std::move(*handed), *watchdog, argc, argv);
    if (!daemon) return refuse(daemon.error());
    run_eagerly((*daemon)->loop, [&server = *(*daemon)->server] { return server.eager_until(); });
    spdlog::info("stopped");
    spdlog::default_logger()->flush();  // and what was held back
    return 0;
}
