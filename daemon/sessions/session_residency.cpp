// What a session asks about when models come and go.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "daemon/sessions/session.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

// Of what may be any number.
std::string length_in_words(std::uint64_t ms) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return ipc::duration_in_words(
        std::chrono::milliseconds(static_cast<std::int64_t>(std::min(ms, kMost))));
}

scheduler::Verb verb_of(ipc::Wish wish) {
    using scheduler::Verb;
    switch (wish) {
        case ipc::Wish::load: return Verb::warm;
        case ipc::Wish::park: return Verb::park;
        case ipc::Wish::unload: return Verb::unload;
        case ipc::Wish::pin: return Verb::pin;
        case ipc::Wish::hold: return Verb::hold;
        case ipc::Wish::release: break;
    }
    return Verb::release;
}

}  // namespace

void Session::set_residency(std::uint64_t request, const ipc::SetResidency& message) {
    // A wish that is not known is for the keeper to refuse, of who may anything.
    if (!may(request, verb_of(message.wish), message.model)) return;
    const Result<ModelPtr> model = services_.registry.find(message.model);
    if (!model) return fail(request, model.error());
    spdlog::info("{}: {} {}{}", name_, to_string(message.wish), message.model,
                 message.for_ms == 0 ? "" : " for " + length_in_words(message.for_ms));
    const Result<void> done =
        services_.keeper.wish(**model, message.wish, std::chrono::milliseconds(message.for_ms));
    if (!done) return fail(request, done.error());
    connection_->send(ipc::Ok{}, request);
}

bool Session::lend(ipc::Frame& frame) {
    const std::uint64_t request = frame.header.request;
    const Result<ipc::Lend> message = ipc::decode<ipc::Lend>(frame.body);
    if (!message) return refuse_protocol(request, message.error());
    if (!may(request, scheduler::Verb::lend)) return true;
    auto answer = [weak = weak_from_this(), request](const Result<ipc::Lent>& lent) {
        const auto self = weak.lock();
        if (!self) return;
        if (lent)
            self->connection_->send(*lent, request);
        else
            self->fail(request, lent.error());
    };
    services_.keeper.loans().lend({message->device, message->bytes, name_},
                                  std::move(frame.descriptor), std::move(answer));
    return true;
}

void Session::explain_model(std::uint64_t request, const ipc::ExplainModel& message) {
    if (!may_see(request, message.model)) return;
    const Result<ModelPtr> model = services_.registry.find(message.model);
    if (!model) return fail(request, model.error());
    connection_->send(services_.keeper.explain(**model), request);
}

void Session::describe_warmth(std::uint64_t request, const ipc::DescribeWarmth& message) {
    if (!may_see(request, message.model)) return;
    const Result<ModelPtr> model = services_.registry.find(message.model);
    if (!model) return fail(request, model.error());
    connection_->send(services_.keeper.warmth(**model), request);
}

void Session::watch_events(std::uint64_t request, ipc::WatchEvents message) {
    if (message.calls && message.follow)
        return fail(request, {Errc::invalid_argument, "calls are told by the minute, not followed",
                              "ask for them again", 0, 0});
    if (message.calls) {
        for (const ipc::Event& minute : services_.keeper.calls(message.since_ms))
            this->event(request, minute);
        connection_->send(ipc::Ok{}, request);
        return;
    }
    EventLog& log = services_.keeper.events();
    for (const ipc::Event& event : log.events())
        if (event.at_ms >= message.since_ms) this->event(request, event);
    if (message.follow) return log.follow(weak_from_this(), request);
    connection_->send(ipc::Ok{}, request);
}

void Session::event(std::uint64_t request, const ipc::Event& event) {
    if (rights().may_use(event.model)) connection_->send(event, request);
}

}  // namespace samovar::daemon
