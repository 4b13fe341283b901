#include "daemon/log/json_format.hpp"

#include <spdlog/details/log_msg.h>

#include <string_view>

#include "daemon/service/journal.hpp"
#include "ipc/json_line.hpp"

namespace samovar::daemon {
namespace {

// "SAMOVAR_WORKER_PID" of the journal is "worker_pid" here.
std::string name_in_json(std::string_view field) {
    constexpr std::string_view kOurs = "SAMOVAR_";
    if (field.starts_with(kOurs)) field.remove_prefix(kOurs.size());
    std::string name(field);
    for (char& letter : name)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return name;
}

class JsonFormat final : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string_view words(message.payload.data(), message.payload.size());
        const std::string_view level(spdlog::level::to_string_view(message.level).data());
        std::vector<std::string> names;
        JournalFields subject = journal_fields(words);
        names.reserve(subject.size());
        ipc::JsonFields fields{{"time", ipc::in_utc(message.time)},
                               {"level", std::string(level)},
                               {"program", "samovard"}};
        for (auto& [name, value] : subject)
            fields.emplace_back(names.emplace_back(name_in_json(name)), std::move(value));
        fields.emplace_back("message", std::string(words));
        const std::string line = ipc::json_line(fields) + "\n";
        out.append(line.data(), line.data() + line.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return json_format(); }
};

}  // namespace

std::unique_ptr<spdlog::formatter> json_format() {
    return std::make_unique<JsonFormat>();
}

}  // namespace samovar::daemon
