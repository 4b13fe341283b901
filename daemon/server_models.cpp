// The models directory: reading it again, adding to it, taking from it.

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <optional>

#include "daemon/off_loop.hpp"
#include "daemon/server.hpp"
#include "daemon/service/notify.hpp"

namespace samovar::daemon {

namespace fs = std::filesystem;

Devices find_devices(const fs::path& worker_folder, const std::string& device_nodes) {
    Devices devices;
    std::error_code fault;
    while (fs::exists(device_nodes + std::to_string(devices.cuda_devices), fault))
        ++devices.cuda_devices;
    if (devices.cuda_devices == 0)
        devices.cuda_problem = "this machine has no " + device_nodes + "0";
    else if (!fs::exists(worker_folder / "samovar-worker-cuda", fault)) {
        devices.cuda_devices = 0;
        devices.cuda_problem = "samovar-worker-cuda is not installed in " + worker_folder.string();
    }
    return devices;
}

asio::awaitable<Result<ipc::ReloadReport>> Server::reload() {
    if (read_options) {
        const Result<Options> options = co_await off_loop(disk_, read_options);
        if (!options) {
            spdlog::error("configuration: {}; the old one stays", options.error().message);
            co_return options.error();
        }
        take(*options);
    }
    ipc::ReloadReport report = co_await reread_models();
    co_return report;
}

// The log has heard what went wrong.
asio::awaitable<void> Server::reload_for_nobody() {
    [[maybe_unused]] const Result<ipc::ReloadReport> unread = co_await reload();
}

// The rest of the configuration is of the next start.
void Server::take(const Options& options) {
    spdlog::set_level(spdlog::level::from_str(options.log_level));
    options_.drain = options.drain;
    policy_.replace(options.policy);
}

asio::awaitable<ipc::ReloadReport> Server::reread_models() {
    // One at a time: the store is the helper thread's while it reads.
    while (reloading_)
        co_await reload_done_.async_wait(use_tuple);
    reloading_ = true;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (phase_ == Phase::serving)
        notify_service_manager(
            reloading_state(std::chrono::duration_cast<std::chrono::microseconds>(now)));
    auto read = [this] { return scan_models(options_.models, store_, devices_, writers_); };
    Scan scan = co_await off_loop(disk_, read);
    reloading_ = false;
    reload_done_.cancel();
    // A disk that is not mounted, say: what was there is not given up for that.
    if (scan.missing)
        scan.fault = "there is no folder " + options_.models.string() +
                     ": bring it back, then `samovar reload`";
    ipc::ReloadReport report = apply(std::move(scan));
    dispatcher_.forgive();
    if (phase_ == Phase::serving) notify_service_manager("READY=1\n" + status_line_->now());
    co_return report;
}

ipc::ReloadReport Server::apply(Scan scan) {
    keeper_.memory().reject_pins(scan, registry_);
    Registry::Outcome outcome = registry_.apply(std::move(scan));
    for (const ipc::ReloadEntry& entry : outcome.report.entries) {
        if (entry.model.empty())
            spdlog::error("models: {}", entry.problem);
        else if (entry.outcome == "rejected")
            spdlog::error("model {}: rejected: {}", entry.model, entry.problem);
        else if (entry.outcome != "unchanged")
            spdlog::info("model {}: {}", entry.model, entry.outcome);
    }
    dispatcher_.apply(outcome.changes);
    store_.save_index();
    return std::move(outcome.report);
}

namespace {

// Why a folder cannot be added, as far as a look at it tells.
std::optional<Error> not_addable(const fs::path& folder) {
    std::error_code fault;
    const auto bad = [&](const std::string& what, const std::string& hint) {
        return Error{Errc::bad_model, "\"" + folder.string() + "\" " + what, hint, 0, 0};
    };
    if (!folder.is_absolute()) return bad("is no absolute path", "name a model folder");
    if (folder.filename().string().starts_with('.'))
        return bad("begins with a dot, and such folders are not looked at", "rename it");
    const fs::file_status status = fs::status(folder, fault);
    if (status.type() == fs::file_type::not_found) return bad("does not exist", "");
    if (fault)
        return bad("cannot be read by user " + std::to_string(::geteuid()) +
                       ", who runs the daemon: " + fault.message(),
                   "let that user into it and into the folders above");
    if (!fs::is_directory(status)) return bad("is no folder", "name the folder that it lies in");
    if (!fs::exists(folder / "model.toml", fault))
        return bad(
            "holds no model.toml" + (fault ? " that the daemon can read: " + fault.message() : ""),
            "`python -m samovar.export` makes model folders");
    return std::nullopt;
}

// A link whose folder has gone is nobody's any more.
bool dangles(const fs::path& link) {
    std::error_code fault;
    return fs::is_symlink(link, fault) && !fs::exists(link, fault);
}

}  // namespace

asio::awaitable<Result<ipc::ReloadReport>> Server::add_model(std::string folder) {
    const fs::path source = fs::path(folder).lexically_normal();
    const fs::path trimmed = source.has_filename() ? source : source.parent_path();
    if (const std::optional<Error> error = not_addable(trimmed)) co_return *error;
    std::error_code fault;
    if (!registry_.entries().empty() && !fs::exists(options_.models, fault))
        co_return Error{Errc::io, "there is no folder " + options_.models.string() + " any more",
                        "bring it back, with the models that it held, then add this one", 0, 0};
    const fs::path link = options_.models / trimmed.filename();
    if (is_left_over(link, trimmed)) fs::remove(link, fault);
    if (fs::exists(fs::symlink_status(link, fault)))
        co_return Error{Errc::model_exists, link.string() + " exists already", way_out_of(link), 0,
                        0};
    fs::create_directories(options_.models, fault);
    fs::create_directory_symlink(trimmed, link, fault);
    if (fault)
        co_return Error{Errc::io, "linking " + link.string() + ": " + fault.message(),
                        "see that the daemon may write its models folder", 0, 0};

    const ipc::ReloadReport all = co_await reread_models();
    const auto* added = registry_.from_folder(link);
    std::string problem = added ? added->second.problem : "";
    if (added && problem.empty()) {
        ipc::ReloadReport one;
        one.entries.push_back({added->first, "added", ""});
        co_return one;
    }
    // A twin's folder is no entry of its own; its problem stands in the report.
    for (const ipc::ReloadEntry& entry : all.entries)
        if (problem.empty() && entry.problem.find(link.string()) != entry.problem.npos)
            problem = entry.problem;
    // The user knows the folder, not the link that is gone again.
    if (const auto at = problem.find(link.string()); at != problem.npos)
        problem.replace(at, link.string().size(), trimmed.string());
    fs::remove(link, fault);
    co_await reread_models();
    co_return Error{Errc::bad_model, problem, "mend the model, then add it again", 0, 0};
}

// A link that leads nowhere, or that led nowhere when the folder it names was not there.
bool Server::is_left_over(const fs::path& link, const fs::path& folder) const {
    std::error_code fault;
    if (dangles(link)) return true;
    return fs::is_symlink(link, fault) && fs::read_symlink(link, fault) == folder &&
           !registry_.from_folder(link);
}

// For a folder that is in the way of another.
std::string Server::way_out_of(const fs::path& folder) const {
    std::error_code fault;
    if (!fs::is_symlink(folder, fault)) return "rename one of the two folders";
    if (const auto* model = registry_.from_folder(folder))
        return "`samovar remove " + model->first + "`, or rename the folder";
    return "remove that link, or rename the folder";
}

asio::awaitable<Result<void>> Server::remove_model(std::string model) {
    std::error_code fault;
    const auto found = registry_.entries().find(model);
    const bool plain = model.find('/') == model.npos && model.find('\0') == model.npos;
    fs::path folder = plain ? options_.models / model : fs::path();
    if (found != registry_.entries().end())
        folder = found->second.folder;
    else if (folder.empty() || !dangles(folder))
        co_return registry_.find(model).error();
    if (!fs::is_symlink(folder, fault))
        co_return Error{
            Errc::not_permitted,
            folder.string() + " was not put there by `samovar add`, and Samovar deletes no files",
            "remove the folder yourself, then `samovar reload`", 0, 0};
    fs::remove(folder, fault);
    if (fault)
        co_return Error{Errc::io, "removing " + folder.string() + ": " + fault.message(), "", 0, 0};
    co_await reread_models();
    co_return Result<void>();
}

}  // namespace samovar::daemon
