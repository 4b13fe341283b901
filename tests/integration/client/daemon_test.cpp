// Finding a daemon, and asking it about its models.

#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>

#include "tests/integration/client/job_specs.hpp"
#include "tests/support/descriptors.hpp"

namespace samovar::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;

using Asking = WithDaemon;

TEST_F(Asking, the_daemon_tells_its_limits_and_this_users_roles) {
    const DaemonInfo info = client.daemon();
    EXPECT_THAT(info.name, HasSubstr("samovard "));
    EXPECT_TRUE(info.may_submit);
    EXPECT_TRUE(info.may_administer);
    EXPECT_EQ(info.jobs, 256U);
    EXPECT_EQ(client.socket(), daemon.socket());
    EXPECT_EQ(client.ping().value().pid, static_cast<std::uint32_t>(daemon.pid()));
}

TEST_F(Asking, the_variable_names_the_socket_where_the_program_does_not) {
    ::setenv("SAMOVAR_SOCKET", daemon.socket().c_str(), 1);
    const Result<Client> found = Client::connect();
    ::unsetenv("SAMOVAR_SOCKET");
    ASSERT_TRUE(found) << describe(found.error());
    EXPECT_EQ(found->socket(), daemon.socket());
}

TEST_F(Asking, a_daemon_that_hangs_is_given_up_after_the_timeout) {
    daemon.signal(SIGSTOP);
    const Result<Client> late =
        Client::connect({.socket = daemon.socket(), .connect_timeout = milliseconds(50)});
    Client impatient = [&] {
        daemon.signal(SIGCONT);
        return connect({.call_timeout = milliseconds(50)});
    }();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::timed_out);
    daemon.signal(SIGSTOP);
    const auto pong = impatient.ping();
    daemon.signal(SIGCONT);
    ASSERT_FALSE(pong);
    EXPECT_EQ(pong.error().code, Errc::timed_out);
    // The answer that came too late is nobody's.
    EXPECT_EQ(client.models().value().size(), 5U);
    EXPECT_TRUE(wait_until([&] { return impatient.ping().has_value(); }));
}

TEST_F(Asking, a_model_is_described_loaded_and_unloaded) {
    EXPECT_EQ(client.models().value().at(0).name, "add");
    EXPECT_EQ(client.info("add").value().summary.residency, Residency::cold);
    std::vector<std::string> phases;
    const LoadReport report =
        client.load("add", [&](const Progress& news) { phases.push_back(news.phase); }).value();
    EXPECT_FALSE(report.was_hot);
    EXPECT_EQ(report.code, "model.pt");
    EXPECT_THAT(phases, Contains("read"));
    EXPECT_GT(report.total.count(), 0);

    const ModelInfo info = client.info("add").value();
    EXPECT_EQ(info.summary.residency, Residency::hot);
    ASSERT_EQ(info.inputs.size(), 2U);
    EXPECT_EQ(info.inputs[1].name, "y");
    EXPECT_EQ(info.inputs[1].dtype, DType::float32);
    EXPECT_EQ(info.inputs[1].shape.at(0).name, "n");
    EXPECT_EQ(info.inputs[1].shape.at(0).max, 1U << 20);

    client.unload("add").value();
    EXPECT_EQ(client.info("add").value().summary.residency, Residency::cold);
    EXPECT_EQ(client.info("nope").error().code, Errc::unknown_model);
}

TEST_F(Asking, the_status_counts_what_sessions_and_models_do) {
    EXPECT_EQ(sum_of(client.run(adding(1, 2)).value()), 3);
    const Slot slot = client.take(1u << 20).value();
    const DaemonStatus status = client.status().value();
    EXPECT_EQ(status.sessions, 1U);
    EXPECT_EQ(status.channels, 1U);
    EXPECT_GE(status.channel_bytes, slot.size());
    ASSERT_EQ(status.models.size(), 1U);
    EXPECT_EQ(status.models[0].jobs_done, 1U);
    ASSERT_EQ(status.workers.size(), 1U);
    EXPECT_EQ(status.workers[0].state, WorkerState::ready);
    EXPECT_GT(status.workers[0].resident_bytes, 1u << 20);
}

TEST_F(Asking, folders_are_added_removed_and_read_again) {
    const auto mine = daemon.folder() / "mine";
    std::filesystem::copy(made_model("tiny"), mine, std::filesystem::copy_options::recursive);
    EXPECT_EQ(client.add(mine).value().outcome, "added");
    EXPECT_EQ(client.add(mine).error().code, Errc::model_exists);
    client.remove("tiny").value();
    EXPECT_EQ(client.remove("tiny").error().code, Errc::unknown_model);
    for (const ReloadEntry& entry : client.reload().value())
        EXPECT_EQ(entry.outcome, "unchanged") << entry.model;
}

TEST_F(Asking, the_end_of_a_client_frees_all_it_held) {
    const std::size_t own = open_descriptors(), of_daemon = open_descriptors(daemon.pid());
    {
        Client other = connect();
        std::vector<Slot> slots;
        for (int i = 0; i < 5; ++i)
            slots.push_back(other.take(3u << 20).value());
        EXPECT_GT(client.status().value().channels, 0U);
    }
    EXPECT_EQ(open_descriptors(), own);
    EXPECT_TRUE(wait_until([&] { return client.status().value().channels == 0; }));
    EXPECT_TRUE(wait_until([&] { return open_descriptors(daemon.pid()) == of_daemon; }));
}

}  // namespace
}  // namespace samovar::tests
