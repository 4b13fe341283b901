#include "client/cli/top/screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace samovar::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // a screen of its own, no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

// A terminal that does not take it is about to go, which poll() tells.
void write_to_terminal(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

Result<Screen> Screen::open() {
    Changed changed;
    if (::isatty(STDOUT_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &changed.before) != 0)
        return Error{Errc::invalid_argument,
                     "a live screen needs a terminal, and standard input or output is none",
                     "`samovar ps` prints the same once, and `samovar top --json` a line a second",
                     0, 0};
    sigset_t wanted{};
    sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH})
        sigaddset(&wanted, number);
    ::sigprocmask(SIG_BLOCK, &wanted, &changed.mask);
    changed.signals = ipc::UniqueFd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    termios raw = changed.before;
    // Ctrl-C and Ctrl-Z come as letters: nothing ends or stops this with the screen as it is.
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    write_to_terminal(kEnter);
    return Screen(std::move(changed));
}

Screen::~Screen() {
    if (!changed_.signals) return;
    write_to_terminal(kLeave);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &changed_.before);
    changed_.signals = {};
    ::sigprocmask(SIG_SETMASK, &changed_.mask, nullptr);
}

ScreenSize Screen::size() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {};
    return {size.ws_col, size.ws_row};
}

void Screen::show(const std::string& text) const {
    std::string frame = "\x1b[H";
    for (const char c : text)
        frame += c == '\n' ? "\x1b[K\r\n" : std::string(1, c);
    write_to_terminal(frame + "\x1b[K\x1b[J");
}

Screen::Heard Screen::wait(std::chrono::milliseconds patience) const {
    std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                  pollfd{changed_.signals.get(), POLLIN, 0}};
    Heard heard;
    if (::poll(watched.data(), watched.size(), static_cast<int>(patience.count())) < 0)
        return heard;
    signalfd_siginfo signal{};
    while (::read(changed_.signals.get(), &signal, sizeof signal) == sizeof signal)
        (signal.ssi_signo == SIGWINCH ? heard.resized : heard.ended) = true;
    if (watched[0].revents == 0) return heard;
    std::array<char, 256> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count > 0)
        heard.typed.assign(buffer.data(), static_cast<std::size_t>(count));
    else
        heard.ended = true;  // readable, and nothing there: hung up
    return heard;
}

}  // namespace samovar::cli
