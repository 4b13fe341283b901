#pragma once
// What the program says, and where: data on standard output, all else on standard error.

#include <string>
#include <string_view>

#include <samovar/error.hpp>

#include "client/cli/json.hpp"

namespace samovar::cli {

enum class Colour { red, green, yellow, bold, dim };

// What one of the two streams is.
struct Stream {
    bool terminal = false;  // a person sees it at once
    bool colours = false;   // a terminal, and neither NO_COLOR nor TERM=dumb stands against it
};

// One thread at a time.
class Console {
  public:
    // Goes by the standard streams and the environment.
    Console();
    Console(Stream out, Stream err) : out_(out), err_(err) {}
    ~Console() { clear_status(); }
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    bool json = false;  // --json: documents instead of tables

    const Stream& out() const noexcept { return out_; }
    const Stream& err() const noexcept { return err_; }

    // Text to standard output, as it is.
    void print(std::string_view text);
    // One document to standard output: indented for people, on one line for programs.
    void print_document(const Json& document);
    // One line to standard error.
    void note(std::string_view line);
    // "samovar: WHAT: why", and the way out on a line of its own.
    void complain(const Error& error, std::string_view what = {});

    // A line that is drawn over by the next, where standard error is a terminal; cut to its width.
    void status(std::string_view line);
    void clear_status();

    // `text` in a colour where `stream` shows colours.
    static std::string paint(const Stream& stream, Colour colour, std::string_view text);

  private:
    Stream out_, err_;
    bool status_shown_ = false;
};

// Without control characters, which a file's name or a message may hold, and a terminal obey.
std::string printable(std::string_view text);

}  // namespace samovar::cli
