#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/words.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::cli {
namespace lend_command {
namespace {

// What a shell says where a command cannot be run, or was ended by a signal.
constexpr int kNotRun = 126, kNotFound = 127, kSignalled = 128;
constexpr int kPassedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

struct Wanted {
    std::string device, bytes;
    bool all = false;
    std::vector<std::string> command;
};

// The command's process, from before the loan: it waits for a byte before it becomes the command,
// and ends where there comes none.
struct Borrower {
    pid_t pid = -1;
    ipc::UniqueFd pidfd, start;
};

[[noreturn]] void become(const std::vector<std::string>& command, int start) {
    for (const int number : {SIGINT, SIGTERM})
        if (std::signal(number, SIG_DFL) == SIG_IGN) std::signal(number, SIG_IGN);
    char go = 0;
    ssize_t count = 0;
    do
        count = ::read(start, &go, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) ::_exit(kNotRun);
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const std::string& word : command)
        words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    const int fault = errno;
    const std::string text =
        fmt::format("samovar: {}: {}\n", command.front(), std::strerror(fault));
    [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(fault == ENOENT ? kNotFound : kNotRun);
}

Result<Borrower> make_borrower(const std::vector<std::string>& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return io_error("pipe", errno);
    ipc::UniqueFd there(ends[0]);
    Borrower borrower;
    borrower.start.reset(ends[1]);
    borrower.pid = ::fork();
    if (borrower.pid < 0) return io_error("fork", errno);
    if (borrower.pid == 0) {
        borrower.start.reset();
        become(command, there.get());
    }
    borrower.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, borrower.pid, 0)));
    if (!borrower.pidfd) return io_error("pidfd_open", errno);
    return borrower;
}

int reap(const Borrower& borrower) {
    int status = 0;
    while (::waitpid(borrower.pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

sigset_t passed_on() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : kPassedOn)
        sigaddset(&set, number);
    return set;
}

// Lets the command run to its end, and passes signals on to it. Its exit code.
int attend(Borrower& borrower) {
    const sigset_t set = passed_on();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    const ipc::UniqueFd signals(::signalfd(-1, &set, SFD_CLOEXEC));
    if (::write(borrower.start.get(), "", 1) != 1) return reap(borrower);
    pollfd ends[] = {{borrower.pidfd.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    while (::poll(ends, 2, -1) >= 0 || errno == EINTR) {
        if (ends[0].revents != 0) break;
        signalfd_siginfo signal{};
        if ((ends[1].revents & POLLIN) == 0 ||
            ::read(signals.get(), &signal, sizeof signal) != sizeof signal)
            continue;
        // What the terminal sends, it has sent to the command, too.
        if (signal.ssi_code == SI_KERNEL) continue;
        ::kill(borrower.pid, static_cast<int>(signal.ssi_signo));
    }
    return reap(borrower);
}

int lend(const Invocation& invocation, const Wanted& wanted) {
    LoanTerms terms{wanted.device, 0};
    if (!wanted.bytes.empty()) {
        const auto bytes = ipc::parse_bytes(wanted.bytes);
        if (!bytes || *bytes == 0 || wanted.all)
            return invocation.refuse(usage_error(wanted.all
                                                     ? "--bytes and --all exclude each other"
                                                     : "--bytes " + wanted.bytes + " is no amount",
                                                 "for example --bytes 8GiB"));
        terms.bytes = *bytes;
    }
    Result<Borrower> borrower = make_borrower(wanted.command);
    if (!borrower) return invocation.fail(borrower.error());
    Result<Loan> loan = [&]() -> Result<Loan> {
        Result<Client> client = invocation.connect();
        if (!client) return client.error();
        return client->lend(terms, borrower->pidfd.get());
    }();
    if (!loan) {
        borrower->start.reset();
        reap(*borrower);
        return invocation.fail(loan.error());
    }
    invocation.console.note(fmt::format("samovar: models gave back {} of {}, and hold {}",
                                        bytes_in_words(loan->freed), loan->device,
                                        bytes_in_words(loan->held)));
    return attend(*borrower);
}

Action declare(Arguments& arguments) {
    const auto wanted = std::make_shared<Wanted>();
    arguments.option("--bytes", "BYTES", wanted->bytes, "So much less for models: 8GiB, 500MB");
    arguments.flag("--all", wanted->all,
                   "All that models hold, but for what is pinned (the usual)");
    arguments.option("--device", "NAME", wanted->device,
                     "Of which device: cuda:0, cpu; else the first GPU that models are for");
    arguments.words("COMMAND", wanted->command, "What to run, behind --");
    return [wanted](const Invocation& invocation) {
        if (wanted->command.empty())
            return invocation.refuse(
                usage_error("there is no command to lend to", "samovar lend -- COMMAND ARGS"));
        return lend(invocation, *wanted);
    };
}

}  // namespace
}  // namespace lend_command

const Command kLend{
    .name = "lend",
    .summary = "Free device memory, run a command, and bring the models back",
    .detail =
        "Idle models leave the device, those that work when they are done; pinned ones stay. "
        "They\nare back when the command has ended, whatever becomes of samovar. Signals are "
        "passed on to\nthe command, and the exit code is the command's: 128 and the signal's "
        "number where one\nended it, 127 where there is no such command. For administrators.",
    .example =
        "  samovar lend -- python train.py\n  samovar lend --bytes 8GiB -- blender -b a.blend",
    .json = "the command's own output, and an error as elsewhere",
    .declare = lend_command::declare};

}  // namespace samovar::cli
