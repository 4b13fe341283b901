#include "daemon/listener.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <spdlog/spdlog.h>
#include <cerrno>
#include <cstring>
#include <thread>

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kBacklog = 128;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr std::chrono::milliseconds kLockPatience{2000}, kLockPause{5};
constexpr std::chrono::milliseconds kAgonyPatience{300}, kAgonyPause{50};

Result<sockaddr_un> address_of(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path)
        return Error{Errc::invalid_argument,
                     "the socket path " + text + " has " + std::to_string(text.size()) +
                         " bytes, and the system allows " +
                         std::to_string(sizeof address.sun_path - 1),
                     "name a shorter one with --socket", 0, 0};
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

// The default place is not for every user.
Error no_place(const std::string& what, int fault) {
    Error error = io_error(what, fault);
    error.hint = "name a socket in a folder of your own with --socket";
    return error;
}

// Only a refused connection proves that nobody does: a full backlog, or a daemon of somebody who
// does not let this one in, is a living one.
Result<bool> somebody_listens(const sockaddr_un& address) {
    const ipc::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe) return io_error("socket", errno);
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return true;
    return errno != ECONNREFUSED;
}

// What is left of a daemon that was killed holds its socket until the kernel has put it away.
Result<bool> somebody_goes_on_listening(const sockaddr_un& address) {
    const auto end = std::chrono::steady_clock::now() + kAgonyPatience;
    Result<bool> listens = somebody_listens(address);
    while (listens && *listens && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(kAgonyPause);
        listens = somebody_listens(address);
    }
    return listens;
}

// Whoever starts a daemon holds the lock for microseconds; a folder such as /tmp can be locked by
// anybody for ever.
Result<ipc::UniqueFd> lock_folder(const fs::path& folder) {
    ipc::UniqueFd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) return no_place("folder of the socket " + folder.string(), errno);
    const auto end = std::chrono::steady_clock::now() + kLockPatience;
    while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return io_error("locking " + folder.string(), errno);
        if (std::chrono::steady_clock::now() > end)
            return Error{
                Errc::io,
                folder.string() + ", the folder of the socket, is locked by another process",
                "name a socket in a folder of your own with --socket", 0, 0};
        std::this_thread::sleep_for(kLockPause);
    }
    return lock;
}

Result<void> remove_dead_socket(const fs::path& path, const sockaddr_un& address) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (!S_ISSOCK(info.st_mode))
        return Error{Errc::invalid_argument, path.string() + " exists and is no socket",
                     "remove it, or name another with --socket", 0, 0};
    const Result<bool> listens = somebody_goes_on_listening(address);
    if (!listens) return listens.error();
    if (*listens)
        return Error{Errc::invalid_argument, "a daemon already listens on " + path.string(),
                     "use that one, stop it and wait for its end, or name another socket with "
                     "--socket",
                     0, 0};
    spdlog::info("listener: replaces the dead socket {}", path.string());
    if (::unlink(path.c_str()) != 0) return io_error("removing " + path.string(), errno);
    return {};
}

Result<void> set_owner(const fs::path& path, const ListenerOptions& options) {
    if (!options.group.empty()) {
        const group* entry = ::getgrnam(options.group.c_str());
        if (!entry)
            return Error{Errc::invalid_argument, "there is no group \"" + options.group + "\"",
                         "name one that exists with --socket-group", 0, 0};
        if (::chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0)
            return io_error("giving " + path.string() + " to group " + options.group, errno);
    }
    if (::chmod(path.c_str(), options.mode) != 0) return io_error("chmod " + path.string(), errno);
    return {};
}

// Bound with no permissions for anybody else, then opened up, then listening: nobody gets in early.
Result<ipc::UniqueFd> bind_socket(const ListenerOptions& options, const sockaddr_un& address) {
    ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return io_error("socket", errno);
    const mode_t before = ::umask(0177);
    const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int fault = errno;
    ::umask(before);
    if (bound != 0) return no_place("binding " + options.socket.string(), fault);
    if (Result<void> owned = set_owner(options.socket, options); !owned) {
        ::unlink(options.socket.c_str());
        return owned.error();
    }
    if (::listen(fd.get(), kBacklog) != 0) return io_error("listening", errno);
    return fd;
}

}  // namespace

Result<Listener> Listener::open(const asio::any_io_executor& loop, const ListenerOptions& options) {
    const Result<sockaddr_un> address = address_of(options.socket);
    if (!address) return address.error();
    const fs::path folder =
        options.socket.has_parent_path() ? options.socket.parent_path() : fs::path(".");
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) return no_place("folder of the socket " + folder.string(), fault.value());
    const Result<ipc::UniqueFd> lock = lock_folder(folder);
    if (!lock) return lock.error();

    if (Result<void> free = remove_dead_socket(options.socket, *address); !free)
        return free.error();
    Result<ipc::UniqueFd> fd = bind_socket(options, *address);
    if (!fd) return fd.error();
    struct stat info {};
    if (::stat(options.socket.c_str(), &info) != 0) return io_error(options.socket.string(), errno);
    asio::local::stream_protocol::acceptor acceptor(loop);
    acceptor.assign(asio::local::stream_protocol(), fd->release());
    return Listener(std::move(acceptor), options.socket, info.st_ino);
}

Listener Listener::adopt(const asio::any_io_executor& loop, ipc::UniqueFd socket) {
    asio::local::stream_protocol::acceptor acceptor(loop);
    acceptor.assign(asio::local::stream_protocol(), socket.release());
    boost::system::error_code nameless;
    fs::path path = acceptor.local_endpoint(nameless).path();
    return Listener(std::move(acceptor), std::move(path), std::nullopt);
}

Listener::~Listener() {
    close();
}

asio::awaitable<void> Listener::run(std::function<void(UnixSocket)> accepted) {
    asio::steady_timer pause(acceptor_.get_executor());
    while (acceptor_.is_open()) {
        auto [fault, socket] = co_await acceptor_.async_accept(use_tuple);
        if (!fault) {
            accepted(std::move(socket));
        } else if (acceptor_.is_open()) {
            spdlog::warn("listener: {}", fault.message());
            pause.expires_after(kPauseWithoutDescriptors);
            co_await pause.async_wait(use_tuple);
        }
    }
}

void Listener::close() {
    if (!acceptor_.is_open()) return;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    struct stat info {};
    if (inode_ && ::stat(path_.c_str(), &info) == 0 && info.st_ino == *inode_)
        ::unlink(path_.c_str());
}

}  // namespace samovar::daemon
