#include "client/cli/run/text_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "client/cli/table.hpp"

namespace samovar::cli {
namespace {

// Of a text, in a table; enough to know it again.
constexpr std::size_t kShownCharacters = 60;

std::size_t likeliest(std::span<const float> row) {
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

std::string beginning_of(const std::string& text) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
        if (begins && ++characters > kShownCharacters) return text.substr(0, i) + "...";
    }
    return text;
}

}  // namespace

Json texts_to_json(const TextReport& report) {
    Json list = Json::array();
    for (std::size_t i = 0; i < report.texts.size(); ++i) {
        Json entry{{"text", report.texts[i]}};
        if (!report.labels.empty()) {
            const std::span<const float> row = report.answer.row(i);
            Json all = Json::object();
            for (std::size_t j = 0; j < row.size(); ++j)
                all[report.labels[j]] = row[j];
            entry["label"] = report.labels[likeliest(row)];
            entry["probability"] = row[likeliest(row)];
            entry["probabilities"] = std::move(all);
        }
        list.push_back(std::move(entry));
    }
    return list;
}

Json details_to_json(const TextReport& report) {
    const TextAnswer& answer = report.answer;
    return {{"processing_time_ms", microseconds(answer.processing) / 1000},
            {"total_words", answer.words},
            {"tokens", answer.tokens},
            {"truncated", answer.truncated},
            {"batches", answer.batches},
            {"model_version", answer.model_version}};
}

std::string labels_in_words(const TextReport& report) {
    Table table({{"LABEL", Table::Align::left},
                 {"LIKELY", Table::Align::right},
                 {"TEXT", Table::Align::left}});
    for (std::size_t i = 0; i < report.texts.size(); ++i) {
        const std::span<const float> row = report.answer.row(i);
        const std::size_t best = likeliest(row);
        table.add(
            {report.labels[best], fmt::format("{:.3f}", row[best]), beginning_of(report.texts[i])});
    }
    return table.to_text({});
}

std::string cut_in_words(const TextReport& report) {
    if (report.answer.truncated == 0) return "";
    return fmt::format("{} of {} texts {} longer than the model reads, and lost the end",
                       report.answer.truncated, report.texts.size(),
                       report.answer.truncated == 1 ? "was" : "were");
}

}  // namespace samovar::cli
