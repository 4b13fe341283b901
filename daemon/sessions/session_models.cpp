// A session's questions about models, and the verbs of administrators.

#include <spdlog/spdlog.h>

#include "daemon/sessions/session.hpp"

namespace samovar::daemon {
namespace {

ipc::ModelSummary summary_of(const std::string& name, const Registry::Entry& entry,
                             const Dispatcher& dispatcher) {
    ipc::ModelSummary summary;
    summary.name = name;
    summary.problem = entry.problem;
    summary.residency = ipc::Residency::failed;
    if (!entry.current) return summary;
    const ModelVersion& model = *entry.current;
    summary.description = model.file.description;
    summary.task = to_string(model.file.task);
    summary.device = model.device;
    summary.version = model.version;
    summary.residency = dispatcher.residency(model);
    if (summary.problem.empty())
        summary.problem = dispatcher.problem(model).substr(0, kMaxProblemBytes);
    return summary;
}

}  // namespace

void Session::list_models(std::uint64_t request, ipc::ListModels) {
    ipc::ModelList list;
    for (const auto& [name, entry] : services_.registry.entries())
        if (list.models.size() < kMaxModels && rights().may_use(name))
            list.models.push_back(summary_of(name, entry, services_.dispatcher));
    connection_->send(list, request);
}

void Session::describe_model(std::uint64_t request, const ipc::DescribeModel& message) {
    if (!may_see(request, message.model)) return;
    const auto& entries = services_.registry.entries();
    const auto entry = entries.find(message.model);
    // A model that this machine cannot run is described all the same; one that was never good has
    // nothing to describe, and find() says why.
    if (entry == entries.end() || !entry->second.current)
        return fail(request, services_.registry.find(message.model).error());
    const ModelVersion& model = *entry->second.current;
    ipc::ModelInfo info;
    info.summary = summary_of(message.model, entry->second, services_.dispatcher);
    info.folder = model.folder.string();
    info.inputs = model.file.inputs;
    info.outputs = model.file.outputs;
    for (const std::string& label : model.file.text.labels)
        info.labels.push_back({label});
    info.isolation = model.file.own_worker ? "model" : "device";
    info.max_run_ms = static_cast<std::uint64_t>(model.file.max_run.count());
    services_.dispatcher.fill(info, model);
    connection_->send(info, request);
}

void Session::load_model(std::uint64_t request, const ipc::LoadModel& message) {
    if (!may(request, scheduler::Verb::load, message.model)) return;
    Result<ModelPtr> model = services_.registry.find(message.model);
    if (!model) return fail(request, model.error());
    if (const std::optional<Error> held = services_.keeper.refusal(**model))
        return fail(request, *held);
    const Result<void> wished = services_.keeper.wished_for(
        **model, scheduler::Wish::Kind::load, std::chrono::milliseconds(message.for_ms));
    if (!wished) return fail(request, wished.error());
    services_.dispatcher.load(*model, weak_from_this(), request);
}

void Session::unload_model(std::uint64_t request, const ipc::UnloadModel& message) {
    if (!may(request, scheduler::Verb::unload, message.model)) return;
    Result<ModelPtr> model = services_.registry.find(message.model);
    if (!model) return fail(request, model.error());
    const Result<void> wished = services_.keeper.wished_for(
        **model, scheduler::Wish::Kind::unload, std::chrono::milliseconds(message.for_ms));
    if (!wished) return fail(request, wished.error());
    services_.dispatcher.unload(*model, weak_from_this(), request);
}

void Session::model_loaded(std::uint64_t request, const ipc::ModelLoaded& loaded) {
    connection_->send(loaded, request);
}

void Session::model_unloaded(std::uint64_t request) {
    connection_->send(ipc::Ok{}, request);
}

// The three below wait for the disk, so each is a coroutine beside the session's own.

void Session::add_model(std::uint64_t request, ipc::AddModel message) {
    if (!may(request, scheduler::Verb::add)) return;
    spdlog::info("{}: add {}", name_, message.folder);
    spawn(add(shared_from_this(), request, std::move(message.folder)));
}

asio::awaitable<void> Session::add(std::shared_ptr<Session> self, std::uint64_t request,
                                   std::string folder) {
    const Result<ipc::ReloadReport> report = co_await self->services_.add_model(folder);
    if (report)
        self->connection_->send(self->seen(*report), request);
    else
        self->fail(request, report.error());
}

void Session::remove_model(std::uint64_t request, ipc::RemoveModel message) {
    if (!may(request, scheduler::Verb::remove, message.model)) return;
    spdlog::info("{}: remove {}", name_, message.model);
    spawn(remove(shared_from_this(), request, std::move(message.model)));
}

asio::awaitable<void> Session::remove(std::shared_ptr<Session> self, std::uint64_t request,
                                      std::string model) {
    const Result<void> removed = co_await self->services_.remove_model(model);
    if (removed)
        self->connection_->send(ipc::Ok{}, request);
    else
        self->fail(request, removed.error());
}

void Session::reload(std::uint64_t request, ipc::Reload) {
    if (!may(request, scheduler::Verb::reload)) return;
    spdlog::info("{}: reload", name_);
    spawn(reread(shared_from_this(), request));
}

asio::awaitable<void> Session::reread(std::shared_ptr<Session> self, std::uint64_t request) {
    const Result<ipc::ReloadReport> report = co_await self->services_.reload();
    if (report)
        self->connection_->send(self->seen(*report), request);
    else
        self->fail(request, report.error());
}

}  // namespace samovar::daemon
