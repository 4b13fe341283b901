#include "daemon/worker/sandbox/system_calls.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace samovar::worker {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kMachine = 0;
#endif

// The newest call that this list was written with an eye to (Linux 5.17); none after it is needed,
// and x86's second table of calls (x32) begins far above.
constexpr std::uint32_t kNewestCall = SYS_set_mempolicy_home_node;

constexpr int kRefused[] = {
    // Other processes: their memory, descriptors and signals.
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_tkill,
    SYS_ioprio_set,
    // New ones.
    SYS_execve,
    SYS_execveat,
    // Whoever listens.
    SYS_connect,
    // Memory, queues and events that others can see by name.
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_semget,
    SYS_semop,
    SYS_semtimedop,
    SYS_semctl,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_msgctl,
    SYS_mq_open,
    SYS_mq_unlink,
    SYS_mq_notify,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_inotify_init1,
    SYS_inotify_add_watch,
    SYS_fanotify_init,
    SYS_fanotify_mark,
    // What changes files by their names, and Landlock does not look at, or not in every version.
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_utimensat,
    SYS_truncate,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    // Doors into the kernel that have been left open before.
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_setup,
    SYS_vmsplice,
    SYS_lookup_dcookie,
    // Who it is, and what world it sees.
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    SYS_capset,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_personality,
    SYS_setsid,
    SYS_setpgid,
    // The machine.
    SYS_mount,
    SYS_umount2,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_sync,
    SYS_syncfs,
    SYS_syslog,
    SYS_vhangup,
    SYS_reboot,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_sethostname,
    SYS_setdomainname,
#if defined(__x86_64__)
    // Older names of the above.
    SYS_fork,
    SYS_vfork,
    SYS_inotify_init,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
    SYS_ioperm,
    SYS_iopl,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS_modify_ldt,
#endif
};

// Bind, listen and accept serve a socket that was made here; where none can be, nothing is.
constexpr int kOfOwnSockets[] = {SYS_bind, SYS_listen, SYS_accept, SYS_accept4};

// Whether an argument of a call, as far as `mask` goes, is `value`. Arguments that are looked at
// here are 32 bits wide for the kernel, too.
struct Test {
    std::uint32_t argument, value, mask = ~0u;
};

// A program for the kernel (seccomp(2)), which asks it at each call but for those that it lets
// pass whatever their arguments are: these it remembers.
class Filter {
  public:
    Filter() {
        load(offsetof(seccomp_data, arch));
        jump(BPF_JEQ, kMachine, 1, 0);
        answer(SECCOMP_RET_ERRNO | EPERM);
        load(offsetof(seccomp_data, nr));
        jump(BPF_JGT, kNewestCall, 0, 1);
        answer(SECCOMP_RET_ERRNO | ENOSYS);
    }
    void refuse(int call, std::uint32_t fault = EPERM) {
        jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
        answer(SECCOMP_RET_ERRNO | fault);
    }
    // Refused but where all tests hold.
    void allow_only(int call, std::initializer_list<Test> tests) {
        int left = enter(call, tests.size());
        for (const Test& test : tests) {
            left -= kOfTest;
            look_at(test);
            jump(BPF_JEQ, test.value, 0, left + 1);
        }
        answer(SECCOMP_RET_ALLOW);
        answer(SECCOMP_RET_ERRNO | EPERM);
    }
    // Allowed but where one test holds.
    void refuse_where(int call, std::initializer_list<Test> tests) {
        int left = enter(call, tests.size());
        for (const Test& test : tests) {
            left -= kOfTest;
            look_at(test);
            jump(BPF_JEQ, test.value, left + 1, 0);
        }
        answer(SECCOMP_RET_ALLOW);
        answer(SECCOMP_RET_ERRNO | EPERM);
    }
    Result<void> install() {
        answer(SECCOMP_RET_ALLOW);
        const sock_fprog program{static_cast<unsigned short>(lines_.size()), lines_.data()};
        // Older kernels slow all of a process down that has a filter, lest its parts spy on each
        // other: the models of a worker are not kept from that anyway.
        constexpr unsigned kFlags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags, &program) != 0)
            return io_error("seccomp", errno);
        return {};
    }

  private:
    static constexpr int kOfTest = 3;  // lines

    // Returns how many lines its tests take.
    int enter(int call, std::size_t tests) {
        const int lines = static_cast<int>(tests) * kOfTest;
        jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, lines + 2);
        return lines;
    }
    void look_at(const Test& test) {
        // The lower half: these machines are little-endian.
        load(offsetof(seccomp_data, args) + test.argument * sizeof(std::uint64_t));
        lines_.push_back({BPF_ALU | BPF_AND | BPF_K, 0, 0, test.mask});
    }
    void load(std::size_t offset) {
        lines_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)});
    }
    // By so many lines; one that is jumped from stands at most 255 before.
    void jump(int kind, std::uint32_t value, int where_so, int otherwise) {
        lines_.push_back({static_cast<std::uint16_t>(BPF_JMP | kind | BPF_K),
                          static_cast<std::uint8_t>(where_so), static_cast<std::uint8_t>(otherwise),
                          value});
    }
    void answer(std::uint32_t action) { lines_.push_back({BPF_RET | BPF_K, 0, 0, action}); }

    std::vector<sock_filter> lines_;
};

// Of a stream or a sequence of packets, not of datagrams, which need no connection to reach
// somebody: of the kinds 1 and 5, not 2 and 3.
constexpr Test kConnectedKind{1, SOCK_STREAM, 0xb};

void add_sockets(Filter& filter, bool cuda) {
    for (const int call : {SYS_socket, SYS_socketpair}) {
        if (cuda)
            filter.allow_only(call, {{0, AF_UNIX}, kConnectedKind});
        else
            filter.refuse(call);
    }
    if (cuda) return;
    for (const int call : kOfOwnSockets)
        filter.refuse(call);
}

// Calls that a process makes about itself, and could make about others.
void add_own_affairs(Filter& filter, pid_t self) {
    const auto me = static_cast<std::uint32_t>(self);
    for (const int call : {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo})
        filter.allow_only(call, {{0, me}});
    for (const int call :
         {SYS_prlimit64, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
          SYS_move_pages, SYS_migrate_pages, SYS_get_robust_list})
        filter.allow_only(call, {{0, 0}});
    filter.allow_only(SYS_setpriority, {{0, PRIO_PROCESS}, {1, 0}});
    // Signals that others get when something is to be read.
    filter.refuse_where(SYS_fcntl, {{1, F_SETOWN}, {1, F_SETOWN_EX}});
    // The same, and words put into the mouth of who sits at the terminal.
    filter.refuse_where(SYS_ioctl, {{1, FIOSETOWN}, {1, SIOCSPGRP}, {1, TIOCSTI}, {1, TIOCLINUX}});
    // That it dies with samovard, and that samovard sees how much memory it has.
    filter.refuse_where(SYS_prctl, {{0, PR_SET_PDEATHSIG}, {0, PR_SET_DUMPABLE}, {0, PR_SET_MM}});
    // Threads, and no processes. What this would ask for lies in memory where a filter cannot look:
    // the C library takes the older call then.
    filter.refuse(SYS_clone3, ENOSYS);
    filter.allow_only(SYS_clone, {{0, CLONE_THREAD, CLONE_THREAD}});
}

}  // namespace

Result<void> refuse_system_calls(pid_t self, bool cuda) {
    if (kMachine == 0)
        return Error{Errc::io, "the system calls of this kind of machine are not known", "", 0, 0};
    Filter filter;
    for (const int call : kRefused)
        filter.refuse(call);
    add_sockets(filter, cuda);
    add_own_affairs(filter, self);
    return filter.install();
}

}  // namespace samovar::worker
