#include "tests/integration/protocol/bystander.hpp"

#include <fstream>

#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

// Its declaration is all that the daemon needs to check jobs.
constexpr const char* kPictureModel = R"(
task = "tensor"
device = "cpu"
[[code]]
file = "model.pt"
[[input]]
name = "image"
dtype = "uint8"
shape = ["height", "width", 3]
kind = "image"
[[input]]
name = "weight"
dtype = "float32"
shape = ["height"]
[[output]]
name = "image"
dtype = "uint8"
shape = ["height", "width", 3]
[dims]
height = [1, 4096]
width = [1, 4096]
)";

}  // namespace

WithBystander::WithBystander(std::vector<std::string> models)
    : daemon(DaemonPlan{std::move(models)}),
      bystander(daemon.socket()),
      channel(open_channel(bystander, 1u << 20)) {
    add_picture_model("picture");
    bystander.get<ipc::ReloadReport>(ipc::Reload{});
}

void WithBystander::add_picture_model(const std::string& name) const {
    const std::filesystem::path folder = daemon.models() / name;
    std::filesystem::create_directory(folder);
    std::ofstream(folder / "model.toml") << kPictureModel;
    std::ofstream(folder / "model.pt") << "no code at all";
}

void WithBystander::SetUp() {
    before = accounts();
}

WithBystander::Accounts WithBystander::accounts() {
    const auto status = bystander.get<ipc::StatusReport>(ipc::Status{});
    return {open_descriptors(daemon.pid()),
            memfd_mappings(daemon.pid()),
            status.sessions,
            status.channels,
            status.jobs,
            status.channel_bytes};
}

void WithBystander::TearDown() {
    expect_bystander_served();
    EXPECT_TRUE(wait_until([this] { return accounts() == before; }));
    const Accounts after = accounts();
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.mappings, 0U) << "samovard never maps a channel";
    EXPECT_EQ(after.sessions, before.sessions);
    EXPECT_EQ(after.channels, before.channels);
    EXPECT_EQ(after.channel_bytes, before.channel_bytes);
    EXPECT_EQ(after.jobs, before.jobs);
}

void WithBystander::expect_bystander_served() {
    EXPECT_EQ(bystander.get<ipc::Pong>(ipc::Ping{}).pid, static_cast<std::uint32_t>(daemon.pid()));
    EXPECT_EQ(channel.bytes().size(), std::size_t{1u << 20});
}

Error WithBystander::expect_refused(TestClient& client, Answer answer, Errc code) {
    const Error error = answer.error();
    EXPECT_EQ(error.code, code) << describe(error);
    EXPECT_NE(error.message, "");
    client.get<ipc::Pong>(ipc::Ping{});
    return error;
}

Error WithBystander::expect_cut_off(TestClient& client, Errc code) {
    const Error error = client.next().error();
    EXPECT_EQ(error.code, code) << describe(error);
    EXPECT_NE(error.message, "");
    EXPECT_TRUE(client.ended());
    return error;
}

std::size_t resident_kilobytes(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    std::size_t kilobytes = 0;
    for (std::string word; status >> word;)
        if (word == "VmRSS:" && status >> kilobytes) break;
    return kilobytes;
}

}  // namespace samovar::tests
