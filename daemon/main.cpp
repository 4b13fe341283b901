// samovard: keeps PyTorch models hot for the processes of this machine.

#include <fcntl.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "daemon/eager_loop.hpp"
#include "daemon/server.hpp"

namespace {

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

    samovar::Result<Administrators> administrators = Administrators::of_group(options.admin_group);
    if (!administrators) return refuse(administrators.error());
    asio::io_context loop(1);
    samovar::Result<Listener> listener = Listener::open(loop.get_executor(), options.listener);
    if (!listener) return refuse(listener.error());
    samovar::Result<Store> store = Store::open(options.store);
    if (!store) return refuse(store.error());

    Server server(loop, options, std::move(*administrators), std::move(*store),
                  std::move(*listener));
    server.start();
    run_eagerly(loop, [&server] { return server.eager_until(); });
    spdlog::info("stopped");
    return 0;
}
