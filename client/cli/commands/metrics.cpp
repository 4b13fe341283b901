#include "client/cli/commands/all.hpp"
#include "client/cli/metrics/exposition.hpp"

namespace samovar::cli {
namespace metrics_command {
namespace {

int show(const Invocation& invocation) {
    Result<Client> client = invocation.connect();
    if (!client) return invocation.fail(client.error());
    const Result<std::string> text = client->metrics();
    if (!text) return invocation.fail(text.error());
    if (!invocation.console.json) {
        invocation.console.print(*text);
        return kDone;
    }
    const auto families = parse_exposition(*text);
    if (!families) return invocation.fail(families.error());
    invocation.console.print_document(to_json(*families));
    return kDone;
}

Action declare(Arguments&) {
    return show;
}

}  // namespace
}  // namespace metrics_command

const Command kMetrics{
    .name = "metrics",
    .summary = "Print what the daemon has counted, as Prometheus reads it",
    .detail =
        "What is of models that the caller may not use is left out. A Prometheus reads them from\n"
        "the daemon's own socket for that; docs/metrics.md has the names.",
    .example = "  samovar metrics | grep samovar_jobs_total",
    .json =
        "[{\"name\", \"type\", \"help\", \"samples\": [{\"name\", \"labels\": {}, \"value\"}]}]",
    .declare = metrics_command::declare};

}  // namespace samovar::cli
