#include "daemon/worker/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>

#include "daemon/worker/sandbox/landlock.hpp"
#include "daemon/worker/sandbox/system_calls.hpp"
#include "ipc/os/landlock_version.hpp"

namespace samovar::worker {
namespace {

namespace fs = std::filesystem;

// What LibTorch, OpenMP and the C library look at while they work. None of it runs a program: to
// load a library is to read it.
constexpr std::array kRead{
    "/lib",  // and what libraries load later, by the loader's own list
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/vm",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/kernel/mm",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
};
// And what CUDA's driver does, as far as is known without one: it is let have more, not less.
constexpr std::array kReadForCuda{
    "/proc/devices", "/proc/driver",    "/proc/filesystems", "/proc/modules",     "/proc/version",
    "/sys",          "/usr/local/cuda", "/usr/local/nvidia", "/usr/share/nvidia",
};

// The folders that this program's libraries came from, which is where those lie that they load
// later, and those where the loader was told to look.
std::set<std::string> library_folders() {
    std::set<std::string> folders;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            if (const fs::path path(info->dlpi_name); path.is_absolute())
                static_cast<std::set<std::string>*>(into)->insert(path.parent_path());
            return 0;
        },
        &folders);
    const char* told = std::getenv("LD_LIBRARY_PATH");
    std::istringstream list(told ? told : "");
    for (std::string folder; std::getline(list, folder, ':');)
        if (fs::path(folder).is_absolute()) folders.insert(folder);
    return folders;
}

Result<void> allow_all(Landlock& landlock, const SandboxPlan& plan) {
    Result<void> good = landlock.allow(plan.room, Access::read);
    const auto allow = [&](const std::string& path, Access access) {
        if (good) good = landlock.allow(path, access);
    };
    for (const char* path : kRead)
        allow(path, Access::read);
    for (const std::string& folder : library_folders())
        allow(folder, Access::read);
    allow("/dev/null", Access::device);
    if (!plan.cuda) return good;
    for (const char* path : kReadForCuda)
        allow(path, Access::read);
    std::error_code fault;
    for (fs::directory_iterator entry("/dev", fault); !fault && entry != fs::directory_iterator();
         entry.increment(fault))
        if (entry->path().filename().native().starts_with("nvidia"))
            allow(entry->path(), Access::device);
    allow("/dev/shm", Access::shared);
    return good;
}

// The rule for /proc/self holds for the folder that the kernel shows now, and it may make another
// when nobody holds this one.
void keep_own_folder_of_proc() {
    static_cast<void>(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// A daemon of root gives its workers root's rights over the machine: they keep that of locking
// memory, which weights need.
void drop_capabilities() {
    constexpr std::uint32_t kLockMemory = 1u << CAP_IPC_LOCK;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return;
    const std::uint32_t kept = sets[0].permitted & kLockMemory;
    sets = {};
    sets[0].permitted = sets[0].effective = kept;
    ::syscall(SYS_capset, &header, sets.data());
}

// Its rules hold for the thread that asks for them, and for those that this one starts.
bool is_alone() {
    std::error_code fault;
    fs::directory_iterator threads("/proc/self/task", fault);
    return !fault && std::distance(begin(threads), fs::directory_iterator()) == 1;
}

Result<void> enter_landlock(const SandboxPlan& plan) {
    const int version = ipc::landlock_version();
    if (version == 0)
        return Error{Errc::io, "this kernel has no Landlock",
                     "boot with lsm=...,landlock, or take a kernel of 5.13 or later", 0, 0};
    if (!is_alone()) return Error{Errc::io, "threads run already", "", 0, 0};
    Result<Landlock> landlock = Landlock::make(version);
    if (!landlock) return landlock.error();
    keep_own_folder_of_proc();
    if (Result<void> allowed = allow_all(*landlock, plan); !allowed) return allowed;
    return landlock->enter();
}

// One half of the sandbox, in words.
std::string told(const std::string& what, const Result<void>& done) {
    return done ? what : "no " + what + ": " + done.error().message;
}

}  // namespace

Result<Sandbox> enter_sandbox(const SandboxPlan& plan) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return io_error("PR_SET_NO_NEW_PRIVS", errno);
    drop_capabilities();
    const Result<void> files = enter_landlock(plan);
    const Result<void> calls = refuse_system_calls(::getpid(), plan.cuda);
    for (const Result<void>* half : {&files, &calls})
        if (plan.required && !*half)
            return Error{Errc::io, "sandbox = \"require\": " + half->error().message,
                         half->error().hint, 0, 0};
    Sandbox sandbox;
    sandbox.words = told("Landlock", files) + ", " + told("filter of system calls", calls);
    if (files && calls)
        sandbox.is = ipc::Confinement::full;
    else if (files || calls)
        sandbox.is = ipc::Confinement::partly;
    return sandbox;
}

}  // namespace samovar::worker
