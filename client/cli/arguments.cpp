#include "client/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include "ipc/words.hpp"

namespace samovar::cli {
namespace {

constexpr double kShortest = 0.001, kLongest = 86400;

}  // namespace

void Arguments::word(const std::string& name, std::string& value, const std::string& help) {
    app_.add_option(name, value, help)->required()->type_name("");
}

void Arguments::optional_word(const std::string& name, std::string& value,
                              const std::string& help) {
    app_.add_option(name, value, help)->type_name("");
}

void Arguments::words(const std::string& name, std::vector<std::string>& values,
                      const std::string& help) {
    app_.add_option(name, values, help)->type_name("");
}

void Arguments::option(const std::string& names, const std::string& value_name, std::string& value,
                       const std::string& help) {
    app_.add_option(names, value, help)->type_name(value_name);
}

void Arguments::flag(const std::string& names, bool& value, const std::string& help) {
    app_.add_flag(names, value, help);
}

void Arguments::seconds(const std::string& names, double& value, const std::string& help) {
    app_.add_option(names, value, help)->type_name("SECONDS")->check([](const std::string& word) {
        // Range's own words would stand in the help instead of the name.
        const std::string wrong = CLI::Range(kShortest, kLongest)(word);
        return wrong.empty() ? wrong : "it is a number of seconds, 0.001 to 86400";
    });
}

void Arguments::length(const std::string& names, std::chrono::milliseconds& value,
                       const std::string& help) {
    const auto take = [&value](const std::string& word) {
        const auto parsed = ipc::parse_duration(word);
        if (!parsed || parsed->count() == 0)
            throw CLI::ValidationError(word + " is no length of time; write 30m, 2h or 1d");
        value = *parsed;
    };
    app_.add_option_function<std::string>(names, take, help)->type_name("TIME");
}

void Arguments::repeated(const std::string& names, const std::string& value_name,
                         std::vector<std::string>& values, const std::string& help) {
    app_.add_option(names, values, help)
        ->type_name(value_name)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace samovar::cli
