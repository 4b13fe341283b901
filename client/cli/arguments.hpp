#pragma once
// What a command says of its arguments. Keeps the command line's library, which takes a compiler
// seconds, out of the commands.

#include <chrono>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace samovar::cli {

// The variables that are named here are set when the command line is read, so they must live until
// then.
class Arguments {
  public:
    explicit Arguments(CLI::App& app) : app_(app) {}

    // A word that must be there: MODEL.
    void word(const std::string& name, std::string& value, const std::string& help);
    // A word that may be there.
    void optional_word(const std::string& name, std::string& value, const std::string& help);
    // Any number of words behind it: FILE...
    void words(const std::string& name, std::vector<std::string>& values, const std::string& help);
    // An option with a value, "-o,--output".
    void option(const std::string& names, const std::string& value_name, std::string& value,
                const std::string& help);
    // An option without a value.
    void flag(const std::string& names, bool& value, const std::string& help);
    // An option with a number above 0 and up to a day.
    void seconds(const std::string& names, double& value, const std::string& help);
    // An option with a length of time above 0: 30m, 2h, 1d.
    void length(const std::string& names, std::chrono::milliseconds& value,
                const std::string& help);
    // An option that may be given several times, with one value each time.
    void repeated(const std::string& names, const std::string& value_name,
                  std::vector<std::string>& values, const std::string& help);

  private:
    CLI::App& app_;
};

}  // namespace samovar::cli
