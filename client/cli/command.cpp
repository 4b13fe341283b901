#include "client/cli/command.hpp"

#include <filesystem>

namespace samovar::cli {

// Beside this program, as it is built and installed; else wherever PATH leads.
std::string daemon_program() {
    std::error_code fault;
    const auto own = std::filesystem::read_symlink("/proc/self/exe", fault).parent_path();
    return std::filesystem::exists(own / "samovard", fault) ? (own / "samovard").string()
                                                            : "samovard";
}

Result<Client> Invocation::connect(bool may_start) const {
    Options options;
    options.socket = socket;
    options.name = "samovar " SAMOVAR_VERSION;
    // A person waits: long enough for a restart, no longer.
    options.reconnect_wait = std::chrono::seconds(3);
    if (may_start) options.start = daemon_program();
    return Client::connect(std::move(options));
}

int Invocation::fail(const Error& error, std::string_view what) const {
    console.complain(error, what);
    if (console.json) console.print_document(Json{{"error", to_json(error)}});
    return exit_code(error.code);
}

int Invocation::refuse(const Error& error) const {
    const int code = fail(error);
    return error.code == Errc::invalid_argument ? static_cast<int>(kUsage)
           : error.code == Errc::bad_input      ? static_cast<int>(kFailed)
                                                : code;
}

}  // namespace samovar::cli
