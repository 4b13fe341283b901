#include "client/cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace samovar::cli {
namespace {

// no-color.org: any value but the empty one.
bool colours_wanted() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return (!no_color || *no_color == '\0') && (!term || std::string_view(term) != "dumb");
}

Stream stream_of(int fd) {
    const bool terminal = ::isatty(fd) == 1;
    return {terminal, terminal && colours_wanted()};
}

std::size_t width_of_terminal() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

const char* sequence(Colour colour) {
    switch (colour) {
        case Colour::red: return "\x1b[31m";
        case Colour::green: return "\x1b[32m";
        case Colour::yellow: return "\x1b[33m";
        case Colour::bold: return "\x1b[1m";
        case Colour::dim: return "\x1b[2m";
    }
    return "";
}

void write(std::FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
}

// At most `width` code points.
std::string_view cut(std::string_view text, std::size_t width) {
    std::size_t points = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && ++points > width)
            return text.substr(0, i);
    return text;
}

}  // namespace

Console::Console() : out_(stream_of(STDOUT_FILENO)), err_(stream_of(STDERR_FILENO)) {}

void Console::print(std::string_view text) {
    clear_status();
    write(stdout, text);
}

void Console::print_document(const Json& document) {
    print(to_text(document, out_.terminal));
}

void Console::note(std::string_view line) {
    clear_status();
    std::fflush(stdout);  // so that both are in order where they end in one place
    write(stderr, std::string(line) + "\n");
}

void Console::complain(const Error& error, std::string_view what) {
    std::string text = paint(err_, Colour::red, "samovar:") + " ";
    // A message that names it already does not need to be told.
    if (!what.empty() && error.message.find(what) == error.message.npos)
        text += printable(what) + ": ";
    text += printable(error.message.empty() ? to_string(error.code) : error.message);
    if (!error.hint.empty()) text += "\n         " + printable(error.hint);
    note(text);
}

void Console::status(std::string_view line) {
    if (!err_.terminal) return;
    if (!status_shown_) std::fflush(stdout);
    const std::string shown = printable(line);
    write(stderr, "\r" + std::string(cut(shown, width_of_terminal() - 1)) + "\x1b[K");
    status_shown_ = true;
}

void Console::clear_status() {
    if (!status_shown_) return;
    write(stderr, "\r\x1b[K");
    status_shown_ = false;
}

std::string Console::paint(const Stream& stream, Colour colour, std::string_view text) {
    if (!stream.colours) return std::string(text);
    return sequence(colour) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
    std::string clean(text);
    for (char& c : clean)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
    return clean;
}

}  // namespace samovar::cli
