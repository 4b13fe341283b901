#include <fmt/format.h>

#include "client/cli/commands/all.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace ping_command {
namespace {

struct Answer {
    PingReport report;
    DaemonInfo daemon;
    std::string socket;
};

Result<Answer> request(Client& client) {
    const Result<PingReport> report = client.ping();
    if (!report) return report.error();
    return Answer{*report, client.daemon(), client.socket()};
}

Json document(const Answer& answer) {
    return {{"daemon", answer.daemon.name},
            {"socket", answer.socket},
            {"pid", answer.report.pid},
            {"uptime_ms", answer.report.uptime.count()},
            {"round_trip_us", microseconds(answer.report.round_trip)}};
}

void print(const Answer& answer, Console& console) {
    console.print(fmt::format("{}, pid {}, up {}: answered in {}\n", answer.daemon.name,
                              answer.report.pid, age_in_words(answer.report.uptime),
                              time_in_words(answer.report.round_trip)));
}

Action declare(Arguments&) {
    return [](const Invocation& invocation) { return ask(invocation, request, document, print); };
}

}  // namespace
}  // namespace ping_command

const Command kPing{.name = "ping",
                    .summary = "Ask whether the daemon is there, and how fast it answers",
                    .detail = "",
                    .example = "  samovar ping",
                    .json = R"({"daemon", "socket", "pid", "uptime_ms", "round_trip_us"})",
                    .declare = ping_command::declare};

}  // namespace samovar::cli
