#include "daemon/worker/control.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "daemon/worker/log.hpp"
#include "ipc/os/socket_io.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {
namespace {

// Waits for control to be readable; ends the process where the daemon has closed either socket.
void wait_for_daemon() {
    std::array<pollfd, 2> sockets{{{ipc::kControlFd, POLLIN, 0}, {ipc::kJobsFd, POLLRDHUP, 0}}};
    while (::poll(sockets.data(), sockets.size(), -1) < 0)
        if (errno != EINTR) _exit(1);
    constexpr short kGone = POLLRDHUP | POLLHUP | POLLERR;
    if ((sockets[1].revents & kGone) != 0) _exit(0);
}

}  // namespace

void ControlLoop::run() {
    ipc::FrameReader reader;
    for (;;) {
        wait_for_daemon();
        const auto status = ipc::receive(ipc::kControlFd, reader, ipc::Wait::no);
        if (!status || *status == ipc::ReadStatus::closed) _exit(0);
        for (;;) {
            Result<std::optional<ipc::Frame>> frame = reader.take();
            if (!frame) {
                log::error("control: " + describe(frame.error()));
                _exit(1);
            }
            if (!frame->has_value()) break;
            take(std::move(**frame));
        }
    }
}

void ControlLoop::take(ipc::Frame frame) {
    switch (frame.header.type) {
        case ipc::MessageType::map_channel: return map(frame);
        case ipc::MessageType::unmap_channel: return unmap(frame);
        case ipc::MessageType::worker_load: return pass_on<ipc::WorkerLoad>(frame);
        case ipc::MessageType::worker_unload: return pass_on<ipc::WorkerUnload>(frame);
        case ipc::MessageType::worker_park: return pass_on<ipc::WorkerPark>(frame);
        case ipc::MessageType::worker_wake: return pass_on<ipc::WorkerWake>(frame);
        case ipc::MessageType::worker_health: return health(frame.header.request);
        case ipc::MessageType::drop_job: return drop(frame);
        default:
            answers_.fail(
                {Errc::protocol, "the control socket does not take this message", "", 0, 0},
                frame.header.request);
    }
}

void ControlLoop::map(const ipc::Frame& frame) {
    const Result<ipc::MapChannel> message = ipc::decode<ipc::MapChannel>(frame.body);
    if (!message) return answers_.fail(message.error(), frame.header.request);
    Result<void> mapped = channels_.map(message->channel, frame.descriptor.get(), message->bytes);
    if (!mapped) return answers_.fail(std::move(mapped).error(), frame.header.request);
    answers_.send(ipc::Ok{}, frame.header.request);
}

void ControlLoop::unmap(const ipc::Frame& frame) {
    const Result<ipc::UnmapChannel> message = ipc::decode<ipc::UnmapChannel>(frame.body);
    if (!message) return answers_.fail(message.error(), frame.header.request);
    channels_.unmap(message->channel);
    answers_.send(ipc::Ok{}, frame.header.request);
}

void ControlLoop::health(std::uint64_t request) {
    ipc::WorkerHealthReport report;
    activity_.report(report);
    report.loading = loader_.busy();
    report.models = static_cast<std::uint32_t>(models_.count());
    report.channels = static_cast<std::uint32_t>(channels_.count());
    answers_.send(report, request);
}

void ControlLoop::drop(const ipc::Frame& frame) {
    const Result<ipc::DropJob> message = ipc::decode<ipc::DropJob>(frame.body);
    if (!message) return answers_.fail(message.error(), frame.header.request);
    unwanted_.add(message->job, message->batch);
}

template <class Order>
void ControlLoop::pass_on(const ipc::Frame& frame) {
    Result<Order> order = ipc::decode<Order>(frame.body);
    if (!order) return answers_.fail(order.error(), frame.header.request);
    Result<void> posted = loader_.post(std::move(*order), frame.header.request);
    if (!posted) answers_.fail(std::move(posted).error(), frame.header.request);
}

}  // namespace samovar::worker
