#pragma once
// `samovar` as a shell runs it: in a folder of the test's own, with its two streams apart.

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace samovar::tests {

class Terminal;

using Json = nlohmann::json;
using Words = std::vector<std::string>;

// What it printed, and how it ended.
struct Said {
    int code = -1;   // exit code; -1: ended by `signal`, or did not end in time
    int signal = 0;  // that ended it
    std::string out, err;

    // Standard output as one document; throws where it is none.
    Json json() const { return Json::parse(out); }
};

// Where its three streams lead, and what its environment has beside the test's own.
struct Streams {
    std::string in = "/dev/null";
    std::string out{}, err{};           // empty: a file of the test's own, see CommandLine::said()
    Words environment{};                // NAME=VALUE, or NAME alone to take it away
    const Terminal* control = nullptr;  // whose Ctrl-C reaches it
};

class CommandLine {
  public:
    // `socket` goes into SAMOVAR_SOCKET.
    explicit CommandLine(std::filesystem::path socket) : socket_(std::move(socket)) {}

    // The current folder of what runs here.
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path at(const std::string& name) const { return folder() / name; }
    // Names of the files in `folder`, hidden ones too, in order.
    Words files(const std::string& folder = ".") const;

    // samovar WORDS..., to its end.
    Said operator()(const Words& words, const Streams& streams = {}) const;
    // The same by a shell, where $SAMOVAR is the program.
    Said shell(const std::string& line) const;

    // Begins it; one at a time.
    std::unique_ptr<Process> start(const Words& words, const Streams& streams = {}) const;
    // Waits for the end of what was begun, with streams of the test's own.
    Said said(Process& process) const;

  private:
    std::unique_ptr<Process> start_program(const Words& words, const Streams& streams) const;

    std::filesystem::path socket_;
    TemporaryFolder folder_, streams_;
};

// Whether it has come as far as to have a socket.
bool has_socket(pid_t pid);

// Lines of a text, without their ends.
Words lines(const std::string& text);

}  // namespace samovar::tests
