#include "tests/integration/faults/with_worker.hpp"

#include <signal.h>

#include <fstream>
#include <ostream>
#include <utility>

#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

constexpr std::uint64_t kChannelBytes = 1u << 20;
constexpr std::uint64_t kSum = 128;  // where the bystander's result goes
// Where there is a GPU it is hidden, so that a model that needs one fails everywhere alike.
constexpr const char* kNoGpu = "CUDA_VISIBLE_DEVICES=";

std::vector<std::string> with_add(std::vector<std::string> models) {
    models.emplace_back("add");
    return models;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Census& census) {
    return out << "samovard: " << census.daemon_descriptors << " descriptors, "
               << census.daemon_mappings << " memfds mapped; worker: " << census.worker_descriptors
               << " descriptors, " << census.worker_mappings << " memfds mapped; "
               << census.sessions << " sessions, " << census.channels << " channels of "
               << census.channel_bytes << " bytes, " << census.jobs << " jobs";
}

WithWorker::WithWorker(std::vector<std::string> models)
    : daemon(DaemonPlan{.models = with_add(std::move(models)), .environment = {kNoGpu}}),
      bystander(daemon.socket()),
      channel(open_channel(bystander, kChannelBytes)) {
    expect_bystander_served();
}

pid_t WithWorker::worker() const {
    return static_cast<pid_t>(daemon.worker().pid);
}

pid_t WithWorker::kill_worker() const {
    const pid_t pid = worker();
    EXPECT_EQ(::kill(pid, SIGKILL), 0);
    return pid;
}

void WithWorker::wait_for_jobs_in_flight(std::uint32_t count) {
    ASSERT_TRUE(wait_until([&] { return daemon.worker().in_flight == count; }));
}

void WithWorker::make_hot(const std::string& model) {
    bystander.get<ipc::ModelLoaded>(ipc::LoadModel{model});
}

Census WithWorker::census() {
    const auto status = bystander.get<ipc::StatusReport>(ipc::Status{});
    Census census;
    census.daemon_descriptors = open_descriptors(daemon.pid());
    census.daemon_mappings = memfd_mappings(daemon.pid());
    const auto pid = static_cast<pid_t>(status.workers.at(0).pid);
    if (pid != 0) {
        census.worker_descriptors = open_descriptors(pid);
        census.worker_mappings = memfd_mappings(pid);
    }
    census.sessions = status.sessions;
    census.channels = status.channels;
    census.jobs = status.jobs;
    census.channel_bytes = status.channel_bytes;
    return census;
}

Census WithWorker::census_at_rest() {
    Census last = census();
    wait_until([&] { return std::exchange(last, census()) == last; });
    return last;
}

void WithWorker::expect_nothing_left(const Census& before) {
    Census last;
    wait_until([&] { return (last = census()) == before; });
    EXPECT_EQ(last, before);
}

std::uint64_t WithWorker::ask_bystander() {
    const std::vector<float> values{3, 4, 5};
    std::memcpy(channel.bytes().data(), values.data(), 12);
    std::memset(channel.bytes().data() + kSum, 0, 12);
    return bystander.ask(job("add",
                             {slot_input(DType::float32, {3}, channel.id, 0), floats({10, 20, 30})},
                             {ipc::OutputPlace{channel.id, kSum, 12}}));
}

void WithWorker::expect_answered(std::uint64_t request) {
    bystander.answer(request).as<ipc::Done>();
    std::vector<float> sums(3);
    std::memcpy(sums.data(), channel.bytes().data() + kSum, 12);
    EXPECT_EQ(sums, (std::vector<float>{13, 24, 35}));
}

std::size_t peak_kilobytes(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    std::size_t kilobytes = 0;
    for (std::string word; status >> word;)
        if (word == "VmHWM:" && status >> kilobytes) break;
    return kilobytes;
}

}  // namespace samovar::tests
