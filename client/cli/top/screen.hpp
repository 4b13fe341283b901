#pragma once
// The terminal as a screen of its own, and as it was before when this goes.

#include <termios.h>

#include <chrono>
#include <string>

#include <samovar/error.hpp>

#include "client/cli/top/view.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::cli {

// Takes standard input and output: keys come letter by letter, and what was shown before comes back
// at the end, whether that is a key, an exception, or SIGINT, SIGTERM or SIGHUP. One thread.
class Screen {
  public:
    // Errors: `invalid_argument` where the streams are no terminal.
    static Result<Screen> open();
    Screen(Screen&&) = default;
    Screen& operator=(Screen&&) = delete;
    ~Screen();

    ScreenSize size() const;
    // In the place of what is there.
    void show(const std::string& text) const;

    struct Heard {
        std::string typed;
        bool resized = false, ended = false;  // ended: by a signal, or the terminal is gone
    };
    // What came, at the latest after `patience`.
    Heard wait(std::chrono::milliseconds patience) const;

  private:
    // Owns the changed state; empty after a move.
    struct Changed {
        ipc::UniqueFd signals;
        termios before{};
        sigset_t mask{};
    };
    explicit Screen(Changed changed) : changed_(std::move(changed)) {}
    Changed changed_;
};

}  // namespace samovar::cli
