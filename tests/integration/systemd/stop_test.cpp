// The end of the service: what runs gets its time, nothing is left.

#include <gmock/gmock.h>

#include <thread>

#include "tests/support/systemd_lab.hpp"
#include "tests/support/test_client.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

TEST(AStopUnderSystemd, ends_sessions_that_do_nothing_within_its_time) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    TestClient client(lab.socket());
    const pid_t daemon = lab.main_pid();
    lab.output_of("systemctl stop samovard.socket samovard.service");
    EXPECT_EQ(lab.show("samovard.service", "Result"), "success");
    EXPECT_TRUE(client.ended());
    EXPECT_FALSE(runs(daemon));
    EXPECT_FALSE(std::filesystem::exists(lab.socket()));
}

// TimeoutStopSec is less than the job takes: the daemon, which was told to wait longer, asks for
// it.
TEST(AStopUnderSystemd, lets_a_job_end_and_takes_its_workers_along) {
    const SystemdLab lab;
    lab.add_model("sleepy");
    lab.write("/etc/samovar/samovard.toml", "drain = \"1m\"\n");
    lab.amend("samovard.service", "[Service]\nTimeoutStopSec=500ms\n");
    lab.output_of("systemctl start samovard.service");
    TestClient client(lab.socket());
    ASSERT_TRUE(client.call(sleep_job(1)).is<ipc::Done>());
    EXPECT_TRUE(lab.becomes("samovard.service", "StatusText", "1 of 1 model hot (sleepy)"));
    const pid_t worker =
        static_cast<pid_t>(client.get<ipc::StatusReport>(ipc::Status{}).workers.at(0).pid);
    const std::uint64_t job = client.ask(sleep_job(400));
    ASSERT_TRUE(wait_until([&] { return client.get<ipc::StatusReport>(ipc::Status{}).jobs == 1; }));
    lab.output_of("systemctl stop samovard.service");
    EXPECT_TRUE(client.answer(job).is<ipc::Done>());
    EXPECT_EQ(lab.show("samovard.service", "Result"), "success");
    EXPECT_EQ(lab.run("kill -0 " + std::to_string(worker) + " 2>/dev/null").exit_status, 1);
}

}  // namespace
}  // namespace samovar::tests
