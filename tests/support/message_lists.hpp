#pragma once
// All messages by who sends them, for tests that hold for every message.

#include "ipc/wire/access_messages.hpp"
#include "ipc/wire/residency_messages.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::tests {

template <class... Messages>
struct MessageList {};

using FromClient =
    MessageList<ipc::Hello, ipc::Ping, ipc::OpenChannel, ipc::ResumeChannel, ipc::CloseChannel,
                ipc::Submit, ipc::Cancel, ipc::ListModels, ipc::DescribeModel, ipc::LoadModel,
                ipc::UnloadModel, ipc::AddModel, ipc::RemoveModel, ipc::Reload, ipc::SetResidency,
                ipc::ExplainModel, ipc::WatchEvents, ipc::Lend, ipc::DescribeWarmth, ipc::Status,
                ipc::ReadMetrics, ipc::WhoAmI>;
using FromDaemon =
    MessageList<ipc::Greeting, ipc::ErrorReply, ipc::Ok, ipc::Pong, ipc::ChannelOpened,
                ipc::Progress, ipc::Done, ipc::ModelList, ipc::ModelInfo, ipc::ModelLoaded,
                ipc::ReloadReport, ipc::Explanation, ipc::Event, ipc::Lent, ipc::Warmth,
                ipc::StatusReport, ipc::Metrics, ipc::Identity>;
using OfWorker = MessageList<ipc::WorkerHello, ipc::MapChannel, ipc::UnmapChannel, ipc::WorkerLoad,
                             ipc::WorkerLoaded, ipc::WorkerUnload, ipc::WorkerPark, ipc::WorkerWake,
                             ipc::WorkerHealth, ipc::WorkerHealthReport, ipc::RunJob, ipc::DropJob,
                             ipc::JobDigest, ipc::JobDone>;

// visit(std::type_identity<Message>()) for each.
template <class... Messages, class Visit>
void for_each(MessageList<Messages...>, Visit&& visit) {
    (visit(std::type_identity<Messages>()), ...);
}

}  // namespace samovar::tests
