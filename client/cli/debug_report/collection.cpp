#include "client/cli/debug_report/collection.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "client/cli/debug_report/redact.hpp"
#include "client/cli/doctor/program.hpp"
#include "client/cli/doctor/service.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr const char* kFolder = "samovar-report/";
constexpr std::chrono::seconds kPatienceEach{90};
constexpr std::size_t kMostModels = 200;
constexpr std::uintmax_t kMostOfALog = 2u << 20;

// The end of a file, at most so many bytes.
std::string end_of(const fs::path& file, std::uintmax_t most) {
    std::error_code fault;
    const std::uintmax_t bytes = fs::file_size(file, fault);
    std::ifstream in(file, std::ios::binary);
    if (!fault && bytes > most) in.seekg(static_cast<std::streamoff>(bytes - most));
    return {std::istreambuf_iterator<char>(in), {}};
}

class Collection {
  public:
    explicit Collection(const Invocation& invocation) {
        std::error_code fault;
        own_ = {fs::read_symlink("/proc/self/exe", fault).string()};
        if (!invocation.socket.empty()) own_.insert(own_.end(), {"--socket", invocation.socket});
    }

    void add(const std::string& name, std::string text) {
        if (!text.empty()) files_.push_back({kFolder + name, std::move(text)});
    }
    // What a program says; where it fails, what it complains of.
    std::string said(const Words& words) const {
        const Result<Outcome> outcome = run_program(words, {}, kPatienceEach);
        if (!outcome) return describe(outcome.error()) + "\n";
        return outcome->out.empty() ? outcome->err : outcome->out;
    }
    // One of this program's own commands.
    std::string told(const Words& command) const {
        Words words = own_;
        words.insert(words.end(), command.begin(), command.end());
        return said(words);
    }
    std::vector<ArchiveFile> take() { return std::move(files_); }

  private:
    Words own_;
    std::vector<ArchiveFile> files_;
};

void add_machine(Collection& report) {
    utsname names{};
    ::uname(&names);
    report.add("machine.txt", std::string(names.sysname) + " " + names.release + " " +
                                  names.version + " " + names.machine + "\n\n" +
                                  end_of("/etc/os-release", kMostOfALog) + "\n" +
                                  end_of("/proc/meminfo", kMostOfALog) + "\n" +
                                  end_of("/proc/driver/nvidia/version", kMostOfALog));
}

void add_models(Collection& report) {
    const std::string models = report.told({"models", "--json"});
    report.add("models.json", models);
    const Json list = Json::parse(models, nullptr, /*allow_exceptions=*/false);
    if (!list.is_array()) return;
    std::size_t left = kMostModels;
    for (const Json& model : list) {
        const std::string name = model.value("name", "");
        if (name.empty() || left == 0) continue;
        --left;
        report.add("info/" + name + ".json", report.told({"info", name, "--json"}));
        report.add("why/" + name + ".json", report.told({"why", name, "--json"}));
    }
}

// Of the service, and of a daemon of this user's own.
void add_logs(Collection& report, const std::string& socket) {
    const Result<Outcome> journal = run_program({"journalctl", "-q", "--no-pager", "-n", "5000",
                                                 "-o", "short-iso", "-u", "samovard.service"},
                                                {}, kPatienceEach);
    if (journal) report.add("journal.txt", redacted_log(journal->out));
    if (!socket.empty())
        report.add(
            "private.log",
            redacted_log(end_of(fs::path(socket).parent_path() / "private.log", kMostOfALog)));
}

void add_configuration(Collection& report) {
    const char* home = std::getenv("HOME");
    const char* of_user = std::getenv("XDG_CONFIG_HOME");
    const fs::path own = of_user ? fs::path(of_user) : fs::path(home ? home : "/") / ".config";
    for (const auto& [name, file] :
         {std::pair("samovard-system.toml", fs::path("/etc/samovar/samovard.toml")),
          std::pair("samovard-user.toml", own / "samovar" / "samovard.toml")})
        report.add(name, redacted_configuration(end_of(file, kMostOfALog)));
}

}  // namespace

std::vector<ArchiveFile> collect_report(const Invocation& invocation) {
    Collection report(invocation);
    const DaemonLook daemon = look_at_daemon(invocation);
    report.add("versions.txt", "samovar " SAMOVAR_VERSION "\n" +
                                   report.said({daemon_program(), "--version"}) + "socket " +
                                   daemon.socket + "\n");
    report.add("doctor.json", report.told({"doctor", "--json"}));
    report.add("ps.json", report.told({"ps", "--all", "--json"}));
    report.add("whoami.json", report.told({"whoami", "--json"}));
    report.add("events.json", report.told({"events", "--json"}));
    report.add("metrics.txt", report.told({"metrics"}));
    add_models(report);
    add_configuration(report);
    add_logs(report, daemon.socket);
    add_machine(report);
    return report.take();
}

}  // namespace samovar::cli
