// samovard: keeps PyTorch models hot for the processes of this machine.

#include <fcntl.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include "daemon/models/writers.hpp"
#include "daemon/server.hpp"

namespace {

constexpr std::string_view kOwnName = "samovard: ";

int refuse(const samovar::Error& error) {
    std::fprintf(stderr, "samovard: %s\n", samovar::describe(error).c_str());
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

// As at the start. The words of a fault begin with the program's name, as for a terminal.
samovar::Result<samovar::daemon::Options> read_options(int argc, const char* const* argv) {
    samovar::daemon::Invocation invocation = samovar::daemon::read_invocation(argc, argv);
    if (invocation.run) return std::move(invocation.options);
    std::string words = invocation.words.substr(std::min(invocation.words.size(), kOwnName.size()));
    words.erase(words.find_last_not_of('\n') + 1);
    return samovar::Error{samovar::Errc::invalid_argument, std::move(words),
                          "mend it, then reload; until then the old configuration holds", 0, 0};
}

}  // namespace

int main(int argc, char** argv) {
    using namespace samovar::daemon;
    std::signal(SIGPIPE, SIG_IGN);
    const Invocation invocation = read_invocation(argc, argv);
    if (!invocation.run) {
        std::fputs(invocation.words.c_str(), invocation.status == 0 ? stdout : stderr);
        return invocation.status;
    }
    const Options& options = invocation.options;
    // Before anything is opened, which could be given this number.
    for (const auto& [name, fd] :
         {std::pair{"--ready-fd ", options.ready_fd}, std::pair{"--clock-fd ", options.clock_fd}})
        if (fd >= 0 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            return refuse(samovar::io_error(name + std::to_string(fd), errno));
    raise_descriptor_limit();
    spdlog::set_default_logger(spdlog::stderr_color_mt("samovard"));
    spdlog::set_level(spdlog::level::from_str(options.log_level));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");

    asio::io_context loop(1);
    samovar::Result<Listener> listener = Listener::open(loop.get_executor(), options.listener);
    if (!listener) return refuse(listener.error());
    samovar::Result<Store> store = Store::open(options.store);
    if (!store) return refuse(store.error());
    if (is_system_user(::geteuid()))
        if (const auto open =
                writable_by_anybody(options.store, "workers run what lies in the store"))
            return refuse(*open);

    Server server(loop, options, std::move(*store), std::move(*listener));
    server.read_options = [argc, argv] { return read_options(argc, argv); };
    server.start();
    loop.run();
    spdlog::info("stopped");
    return 0;
}
