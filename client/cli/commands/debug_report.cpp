#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "client/cli/commands/all.hpp"
#include "client/cli/debug_report/collection.hpp"

namespace samovar::cli {
namespace debug_report_command {
namespace {

int write_report(const Invocation& invocation, const std::string& path) {
    if (!path.ends_with(".tar.gz"))
        return invocation.refuse(
            usage_error("\"" + path + "\" does not end in .tar.gz", "name a file that does"));
    const std::vector<ArchiveFile> files = collect_report(invocation);
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (const Result<void> written = write_archive(path, files, now); !written)
        return invocation.fail(written.error());
    Json names = Json::array();
    for (const ArchiveFile& file : files)
        names.push_back(file.name);
    if (invocation.console.json)
        invocation.console.print_document({{"file", path}, {"holds", std::move(names)}});
    else
        invocation.console.print(
            fmt::format("{} holds {} files. Look through them before you hand it on: tar -xzf {}\n",
                        printable(path), files.size(), printable(path)));
    return kDone;
}

Action declare(Arguments& arguments) {
    const auto path = std::make_shared<std::string>();
    arguments.word("FILE", *path, "Where it goes: a name that ends in .tar.gz");
    return [path](const Invocation& invocation) { return write_report(invocation, *path); };
}

}  // namespace
}  // namespace debug_report_command

const Command kDebugReport{
    .name = "debug-report",
    .summary = "Write an archive for whoever is to find out what is wrong",
    .detail =
        "Versions, what doctor, ps, info, why, events and metrics tell, the configuration without\n"
        "secrets, the log as far as this user may read it, and the machine. Nothing that callers\n"
        "sent or got: no pictures, no texts, no parameters. For this user alone (mode 0600).",
    .example = "  samovar debug-report samovar.tar.gz",
    .json = "{\"file\", \"holds\"}",
    .declare = debug_report_command::declare};

}  // namespace samovar::cli
