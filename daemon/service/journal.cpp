#include "daemon/service/journal.hpp"

#include <spdlog/sinks/base_sink.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "ipc/os/unique_fd.hpp"

namespace samovar::daemon {
namespace {

static_assert(std::endian::native == std::endian::little, "a length is sent as it is in memory");

// One datagram; what is longer would have to be passed as a file.
constexpr std::size_t kMaxJournalMessage = 32u << 10;

int syslog_level(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::critical: return 2;
        case spdlog::level::err: return 3;
        case spdlog::level::warn: return 4;
        case spdlog::level::info: return 6;
        default: return 7;
    }
}

// The next word of `rest`, which is cut off.
std::string_view next_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

// What the client says of itself comes last, and is nobody's number, and no model.
void add_peer(std::string_view rest, bool of_job, JournalFields& fields) {
    for (const auto& [prefix, name] :
         {std::pair{"uid=", "SAMOVAR_UID"}, std::pair{"pid=", "SAMOVAR_PID"}})
        if (rest.starts_with(prefix))
            fields.emplace_back(name, next_word(rest).substr(std::strlen(prefix)));
    constexpr std::string_view kModel = "model=";
    if (of_job && rest.starts_with(kModel))
        fields.emplace_back("SAMOVAR_MODEL", next_word(rest).substr(kModel.size()));
    else if (!rest.empty())
        fields.emplace_back("SAMOVAR_CLIENT", rest);
}

class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit JournalSink(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        address_.sun_family = AF_UNIX;
        path.copy(address_.sun_path, sizeof address_.sun_path - 1);
    }

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        const std::string_view line(message.payload.data(),
                                    std::min(message.payload.size(), kMaxJournalMessage));
        JournalFields fields{{"MESSAGE", std::string(line)},
                             {"PRIORITY", std::to_string(syslog_level(message.level))},
                             {"SYSLOG_IDENTIFIER", "samovard"}};
        for (auto& field : journal_fields(line))
            fields.push_back(std::move(field));
        const std::string entry = journal_entry(fields);
        const ssize_t sent =
            ::sendto(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                     reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
        if (sent < 0)
            std::fprintf(stderr, "<%d>%.*s\n", syslog_level(message.level),
                         static_cast<int>(line.size()), line.data());
    }
    void flush_() override {}

    const ipc::UniqueFd socket_;
    sockaddr_un address_{};
};

}  // namespace

JournalFields journal_fields(std::string_view line) {
    JournalFields fields;
    const std::size_t end = line.find(": ");
    if (end == line.npos) return fields;
    std::string_view rest = line.substr(0, end);
    const std::string_view kind = next_word(rest), name = next_word(rest);
    if (name.empty()) return fields;
    if (kind == "model") {
        fields.emplace_back("SAMOVAR_MODEL", name);
    } else if (kind == "worker") {
        fields.emplace_back("SAMOVAR_WORKER", name);
        if (next_word(rest) == "pid") fields.emplace_back("SAMOVAR_WORKER_PID", next_word(rest));
    } else if (kind == "session" || kind == "job") {
        fields.emplace_back(kind == "job" ? "SAMOVAR_JOB" : "SAMOVAR_SESSION", name);
        add_peer(rest, kind == "job", fields);
    }
    return fields;
}

std::string journal_entry(const JournalFields& fields) {
    std::string entry;
    for (const auto& [name, value] : fields) {
        entry += name;
        if (value.find('\n') == value.npos) {
            entry += "=" + value + "\n";
            continue;
        }
        char length[sizeof(std::uint64_t)];
        const std::uint64_t bytes = value.size();
        std::memcpy(length, &bytes, sizeof length);
        entry += "\n" + std::string(length, sizeof length) + value + "\n";
    }
    return entry;
}

std::shared_ptr<spdlog::sinks::sink> journal_sink(const std::string& socket) {
    return std::make_shared<JournalSink>(socket);
}

}  // namespace samovar::daemon
