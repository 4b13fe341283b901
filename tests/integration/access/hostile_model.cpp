// What a hostile compiled model does as soon as it is loaded: it tries to get beyond what it was
// given, and says on standard error, which is the daemon's log, how each attempt ended:
//   attack NAME: done
//   attack NAME: refused (EPERM)
// HOSTILE_TARGETS names a folder with what the test has put out for it. Nothing of it does harm
// where it succeeds.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void report(const char* attack, bool done) {
    if (done)
        ::dprintf(STDERR_FILENO, "attack %s: done\n", attack);
    else
        ::dprintf(STDERR_FILENO, "attack %s: refused (%s)\n", attack, ::strerrorname_np(errno));
}

std::string target(const char* name) {
    const char* folder = std::getenv("HOSTILE_TARGETS");
    return std::string(folder ? folder : "/nowhere") + "/" + name;
}

// The file that this code was loaded from: an artefact of its own model, in its room.
std::string own_file() {
    Dl_info info{};
    return ::dladdr(reinterpret_cast<void*>(&report), &info) != 0 ? info.dli_fname : "";
}

bool opens(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags, 0600);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

bool connects(int type, const sockaddr* address, socklen_t size) {
    const int fd = ::socket(address->sa_family, type, 0);
    const bool done = fd >= 0 && ::connect(fd, address, size) == 0;
    const int fault = errno;
    if (fd >= 0) ::close(fd);
    errno = fault;
    return done;
}

bool connects_to(const std::string& path, bool abstract) {
    sockaddr_un address{AF_UNIX, {}};
    std::memcpy(address.sun_path + (abstract ? 1 : 0), path.data(), path.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return connects(SOCK_STREAM, reinterpret_cast<const sockaddr*>(&address), size);
}

// Listens on a port of its own, and then calls itself there.
bool uses_tcp() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const bool done = listener >= 0 && ::bind(listener, any, size) == 0 &&
                      ::listen(listener, 1) == 0 && ::getsockname(listener, any, &size) == 0 &&
                      connects(SOCK_STREAM, any, size);
    const int fault = errno;
    if (listener >= 0) ::close(listener);
    errno = fault;
    return done;
}

void attack_processes() {
    const pid_t daemon = ::getppid();
    report("signal", ::kill(daemon, SIGURG) == 0);  // which is ignored
    std::array<char, 8> bytes{};
    iovec here{bytes.data(), bytes.size()}, there{reinterpret_cast<void*>(&report), bytes.size()};
    // An address of this process says nothing of another's: a fault is an answer, too.
    report("read-memory",
           ::process_vm_readv(daemon, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT);
    report("open-memory", opens("/proc/" + std::to_string(daemon) + "/mem", O_RDWR));
    const bool traces = ::ptrace(PTRACE_ATTACH, daemon, nullptr, nullptr) == 0;
    report("trace", traces);
    if (traces && ::waitpid(daemon, nullptr, __WALL) == daemon)
        ::ptrace(PTRACE_DETACH, daemon, nullptr, nullptr);
    const long pidfd = ::syscall(SYS_pidfd_open, daemon, 0);
    report("pidfd", pidfd >= 0);
    report("take-descriptor",
           pidfd >= 0 && ::syscall(SYS_pidfd_getfd, static_cast<int>(pidfd), 0, 0) >= 0);
    rlimit limit{};
    report("limit", ::prlimit(daemon, RLIMIT_NOFILE, nullptr, &limit) == 0);
    report("priority", ::setpriority(PRIO_PROCESS, static_cast<unsigned>(daemon),
                                     ::getpriority(PRIO_PROCESS, 0)) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/true", "true", nullptr);
        ::_exit(1);
    }
    report("fork", child >= 0);
    int status = -1;
    if (child > 0)
        ::waitpid(child, &status, 0);
    else
        ::execl("/bin/true", "true", nullptr);
    report("execute", status == 0);
}

void attack_network() {
    report("daemon-socket", connects_to(target("socket"), false));
    report("abstract-socket", connects_to(target("abstract"), true));
    report("tcp", uses_tcp());
    report("udp", ::socket(AF_INET, SOCK_DGRAM, 0) >= 0);
    const int segment = ::shmget(IPC_PRIVATE, 4096, 0600);
    report("shared-memory", segment >= 0);
    if (segment >= 0) ::shmctl(segment, IPC_RMID, nullptr);
}

void attack_files() {
    report("list-state", ::opendir(target("state").c_str()) != nullptr);
    report("read-state", opens(target("state/secret"), O_RDONLY));
    report("write-state", opens(target("state/secret"), O_WRONLY));
    report("cut-state", ::truncate(target("state/secret").c_str(), 0) == 0);
    report("open-state-to-all", ::chmod(target("state/secret").c_str(), 0666) == 0);
    report("list-store", ::opendir(target("store/blobs").c_str()) != nullptr);
    report("read-other-model", opens(target("other-model"), O_RDONLY));
    const std::string own = own_file(), folder = own.substr(0, own.rfind('/'));
    report("read-own-model", opens(own, O_RDONLY));
    report("unlock-own-model", ::chmod(own.c_str(), 0777) == 0);
    report("write-own-model", opens(own, O_RDWR));
    report("add-to-own-room", opens(folder + "/more", O_WRONLY | O_CREAT));
    report("rename-own-model", ::rename(own.c_str(), (folder + "/else").c_str()) == 0);
    report("read-passwords", opens("/etc/passwd", O_RDONLY));
    report("write-temporary", opens(target("dropped"), O_WRONLY | O_CREAT));
}

[[gnu::constructor]] void attack() {
    attack_processes();
    attack_network();
    attack_files();
    ::dprintf(STDERR_FILENO, "attack over\n");
}

}  // namespace
