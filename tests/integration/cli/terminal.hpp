#pragma once
// A terminal of the test's own: a pseudo-terminal of 80 columns.

#include <functional>
#include <memory>
#include <string>

#include "ipc/os/unique_fd.hpp"
#include "tests/support/process.hpp"

namespace samovar::tests {

class Terminal {
  public:
    Terminal();

    // What a program opens: "/dev/pts/N".
    const std::string& path() const { return path_; }
    // All that was shown so far, with every sequence of control characters.
    const std::string& shown();
    // Waits until `text` was shown.
    bool shows(const std::string& text);
    // What a person types; "\x03" is Ctrl-C.
    void type(const std::string& keys) const;

    // As a person draws at the window's corner: SIGWINCH goes to whom it controls.
    void resize(unsigned short columns, unsigned short rows) const;
    // Whether what is typed is shown, as it is where no program has taken the keys.
    bool echoes() const;

    // A program's session of its own on this terminal, so that Ctrl-C reaches it. In a child.
    void control() const;

  private:
    ipc::UniqueFd master_;
    std::string path_, shown_;
};

}  // namespace samovar::tests
