#include "tests/integration/cli/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace samovar::tests {

Terminal::Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    char name[64];
    const winsize size{24, 80, 0, 0};
    if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
        ::ptsname_r(master_.get(), name, sizeof name) != 0 ||
        ::ioctl(master_.get(), TIOCSWINSZ, &size) != 0)
        throw std::system_error(errno, std::generic_category(), "a pseudo-terminal");
    path_ = name;
}

const std::string& Terminal::shown() {
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::read(master_.get(), buffer, sizeof buffer)) > 0)
        shown_.append(buffer, static_cast<std::size_t>(count));
    return shown_;
}

bool Terminal::shows(const std::string& text) {
    return wait_until([&] { return shown().find(text) != std::string::npos; });
}

void Terminal::type(const std::string& keys) const {
    if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error(errno, std::generic_category(), "typing");
}

void Terminal::resize(unsigned short columns, unsigned short rows) const {
    const winsize size{rows, columns, 0, 0};
    if (::ioctl(master_.get(), TIOCSWINSZ, &size) != 0)
        throw std::system_error(errno, std::generic_category(), "a terminal's size");
}

bool Terminal::echoes() const {
    termios state{};
    if (::tcgetattr(master_.get(), &state) != 0)
        throw std::system_error(errno, std::generic_category(), "a terminal's state");
    return (state.c_lflag & ECHO) != 0 && (state.c_lflag & ICANON) != 0;
}

void Terminal::control() const {
    if (::setsid() < 0) throw std::system_error(errno, std::generic_category(), "setsid");
    const int fd = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0 || ::ioctl(fd, TIOCSCTTY, 0) != 0)
        throw std::system_error(errno, std::generic_category(), "a controlling terminal");
}

}  // namespace samovar::tests
