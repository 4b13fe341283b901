#include "client/cli/command.hpp"

namespace samovar::cli {

Result<Client> Invocation::connect() const {
    Options options;
    options.socket = socket;
    options.name = "samovar " SAMOVAR_VERSION;
    // A person waits: long enough for a restart, no longer.
    options.reconnect_wait = std::chrono::seconds(3);
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
