#include "client/cli/commands/load_report.hpp"

#include <fmt/format.h>

#include "client/cli/table.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {

std::string load_in_words(const LoadReport& report, const Stream& stream) {
    std::string text =
        fmt::format("{} on {}, weights {}{}{}\n", printable(report.code), printable(report.device),
                    bytes_in_words(report.weight_bytes), report.mapped_weights ? ", mapped" : "",
                    report.threads == 0 ? "" : ", " + count_of(report.threads, "thread"));
    std::string facts;
    for (const LoadFact& fact : report.facts)
        facts += fmt::format("{}{} {}", facts.empty() ? "in force: " : ", ", printable(fact.name),
                             printable(fact.value));
    if (!facts.empty()) text += facts + "\n";
    Table table({{"PHASE"}, {"TIME", Table::Align::right}, {"BYTES", Table::Align::right}});
    for (const LoadPhase& phase : report.phases)
        table.add({phase.name, time_in_words(phase.time),
                   phase.bytes == 0 ? "" : bytes_in_words(phase.bytes)});
    table.add({{"total", Colour::bold}, {time_in_words(report.total), Colour::bold}, ""});
    return text + table.to_text(stream);
}

}  // namespace samovar::cli
