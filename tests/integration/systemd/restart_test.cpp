// `systemctl restart` under clients that have work and memory.

#include <gmock/gmock.h>

#include "tests/integration/client/job_specs.hpp"
#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

class ARestartUnderSystemd : public testing::Test {
  protected:
    ARestartUnderSystemd() {
        lab_.add_model("invert");
        lab_.add_model("sleepy");
        lab_.output_of("systemctl start samovard.socket");
        Options options;
        options.socket = lab_.socket();
        client_.emplace(Client::connect(options).value());
    }

    SystemdLab lab_;
    std::optional<Client> client_;
};

TEST_F(ARestartUnderSystemd, loses_no_memory_of_a_client) {
    JobSpec spec = inverting(*client_, 640, 480, 5);
    const DaemonStatus before = client_->status().value();
    ASSERT_GT(before.channel_bytes, 0U);
    lab_.output_of("systemctl restart samovard.service");
    const DaemonStatus after = client_->status().value();
    EXPECT_NE(after.pid, before.pid);
    EXPECT_EQ(after.channel_bytes, before.channel_bytes) << "charged again";
    EXPECT_EQ(after.channels, before.channels);
    const JobResult result = client_->run(std::move(spec)).value();
    EXPECT_EQ(wrong_elements(result, 5), 0U);
}

TEST_F(ARestartUnderSystemd, lets_jobs_that_run_end_first) {
    client_->load("sleepy").value();
    Job job = client_->submit(sleeping(200)).value();
    ASSERT_TRUE(wait_until([&] { return client_->status().value().jobs == 1; }));
    lab_.output_of("systemctl restart samovard.service");
    const Result<JobResult> result = job.wait(kLong);
    EXPECT_TRUE(result) << describe(result.error());
    EXPECT_TRUE(client_->ping());
}

// The new daemon answers them all, and none waits for its own end.
TEST_F(ARestartUnderSystemd, has_those_wait_who_come_while_the_last_job_ends) {
    client_->load("sleepy").value();
    Job job = client_->submit(sleeping(400)).value();
    ASSERT_TRUE(wait_until([&] { return client_->status().value().jobs == 1; }));
    const pid_t before = static_cast<pid_t>(client_->ping().value().pid);
    lab_.output_of("systemctl restart --no-block samovard.service");
    ASSERT_TRUE(lab_.becomes("samovard.service", "ActiveState", "deactivating"));
    Options options;
    options.socket = lab_.socket();
    Client late = Client::connect(options).value();
    EXPECT_NE(static_cast<pid_t>(late.ping().value().pid), before);
    EXPECT_TRUE(job.wait(kLong));
}

}  // namespace
}  // namespace samovar::tests
