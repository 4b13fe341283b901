// A session's channels and jobs.

#include <spdlog/spdlog.h>

#include "daemon/policy/denials.hpp"
#include "daemon/sessions/session.hpp"

namespace samovar::daemon {

// ---- Channels -----------------------------------------------------------------------------------

bool Session::may_open(std::uint64_t request) {
    if (channels_.size() + opening_ < kMaxChannelsPerSession) return true;
    fail(request, {Errc::quota,
                   "this session has " + std::to_string(channels_.size() + opening_) +
                       " channels, and no more than " + std::to_string(kMaxChannelsPerSession) +
                       " are allowed",
                   "close one, or use slots of those there are", 0, 0});
    return false;
}

void Session::open_channel(std::uint64_t request, ipc::OpenChannel message) {
    if (!may_open(request)) return;
    ++opening_;
    spawn(create_channel(shared_from_this(), request, message.bytes));
}

asio::awaitable<void> Session::create_channel(std::shared_ptr<Session> self, std::uint64_t request,
                                              std::uint64_t bytes) {
    const ChannelOwner owner = self->owner();
    Result<ChannelPtr> channel = co_await self->services_.channels.create(owner, bytes);
    --self->opening_;
    self->opened(request, std::move(channel), true);
}

bool Session::resume_channel(ipc::Frame& frame) {
    const std::uint64_t request = frame.header.request;
    const Result<ipc::ResumeChannel> message = ipc::decode<ipc::ResumeChannel>(frame.body);
    if (!message) return refuse_protocol(request, message.error());
    if (!frame.descriptor)
        fail(request, {Errc::bad_descriptor, "a resume_channel came without its memfd",
                       "send the channel's descriptor with it", 0, 0});
    else if (may_open(request))
        opened(request,
               services_.channels.adopt(owner(), message->bytes, std::move(frame.descriptor)),
               false);
    return true;
}

void Session::opened(std::uint64_t request, Result<ChannelPtr> channel, bool send_descriptor) {
    if (!channel) return fail(request, channel.error());
    // The client may have gone while its channel was made.
    if (ended_ || connection_->closed()) return;
    const ChannelPtr& opened = *channel;
    channels_[opened->id()] = opened;
    spdlog::debug("{}: channel {} of {} bytes", name_, opened->id(), opened->bytes());
    connection_->send(ipc::ChannelOpened{opened->id(), opened->bytes()}, request,
                      send_descriptor ? opened->fd() : -1);
}

void Session::close_channel(std::uint64_t request, ipc::CloseChannel message) {
    if (channels_.erase(message.channel) == 0)
        return fail(request,
                    {Errc::unknown_channel,
                     "this session has no channel " + std::to_string(message.channel), "", 0, 0});
    connection_->send(ipc::Ok{}, request);
}

// ---- Jobs ---------------------------------------------------------------------------------------

Result<ModelPtr> Session::admit(std::uint64_t request, const ipc::Submit& message) {
    if (services_.dispatcher.draining())
        return Error{Errc::shutting_down, "samovard is shutting down", "try again when it is back",
                     0, 0};
    if (jobs_.contains(request))
        return Error{Errc::invalid_argument,
                     "request id " + std::to_string(request) + " is that of a job that is not done",
                     "give every job an id of its own", 0, 0};
    // Before it is looked for: who may not use it does not learn whether it is there.
    if (const auto unseen = not_seen(rights(), peer_.uid, message.model, services_.policy.file()))
        return *unseen;
    return services_.registry.find(message.model);
}

void Session::submit(std::uint64_t request, ipc::Submit message) {
    Result<ModelPtr> model = admit(request, message);
    if (!model) return fail(request, model.error());
    if (const std::optional<Error> held = services_.keeper.refusal(**model))
        return fail(request, *held);
    const bool progress = message.progress;
    const std::string name = message.model;
    const auto find = [this](std::uint32_t id) {
        const auto found = channels_.find(id);
        return found == channels_.end() ? nullptr : found->second;
    };
    Result<CheckedJob> checked = check_job(std::move(message), (*model)->file, find);
    if (!checked) return fail(request, checked.error());
    const scheduler::Grant grant = decide_job(rights(), name, checked->priority);
    if (grant.denial)
        return fail(request, denied(*grant.denial, peer_.uid,
                                    "submit " + std::string(to_string(grant.priority)) + " jobs",
                                    rights_, services_.policy.file()));
    checked->priority = grant.priority;
    Result<QueuePlace> place = services_.queue.enter(
        {peer_.uid, id_}, {rights_.jobs, rights_.bytes, rights_.rate},
        {(*model)->id, (*model)->file.bounds}, checked->inline_bytes, scheduler::Clock::now());
    if (!place) {
        Error busy = std::move(place).error();
        if (busy.retry_after_ms == 0)
            busy.retry_after_ms =
                static_cast<std::uint64_t>(services_.dispatcher.come_back(**model).count());
        return fail(request, busy);
    }
    ++jobs_seen_;
    // First the entry, then the job: a refusal may come before submit() returns.
    jobs_[request] = 0;
    const scheduler::JobId job =
        services_.dispatcher.submit({std::move(*model), std::move(*checked), weak_from_this(),
                                     request, peer_.uid, progress, false, id_, std::move(*place)});
    if (const auto entry = jobs_.find(request); entry != jobs_.end()) entry->second = job;
}

// A job that has ended meanwhile was answered already.
void Session::cancel(std::uint64_t request, ipc::Cancel) {
    if (const auto job = jobs_.find(request); job != jobs_.end())
        services_.dispatcher.cancel(job->second);
}

void Session::job_done(std::uint64_t request, ipc::Done done) {
    jobs_.erase(request);
    connection_->send(done, request);
}

void Session::request_failed(std::uint64_t request, const Error& error) {
    jobs_.erase(request);
    fail(request, error);
}

void Session::progressed(std::uint64_t request, const ipc::Progress& progress) {
    connection_->send(progress, request);
}

}  // namespace samovar::daemon
