// What the unit takes from the service, and what it must leave to it.

#include <gmock/gmock.h>

#include "tests/integration/client/job_specs.hpp"
#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

Client client_of(const SystemdLab& lab) {
    Options options;
    options.socket = lab.socket();
    return Client::connect(options).value();
}

TEST(TheSandbox, lets_compiled_code_be_unpacked_and_run) {
    const SystemdLab lab;
    lab.add_model("invert-pt2");
    lab.output_of("systemctl start samovard.socket");
    Client client = client_of(lab);
    JobSpec spec = inverting(client, 64, 48, 3);
    spec.model = "invert-pt2";
    const Result<JobResult> result = client.run(std::move(spec));
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(wrong_elements(*result, 3), 0U);
}

TEST(TheSandbox, leaves_workers_what_they_enter_their_own_with) {
    const SystemdLab lab;
    lab.add_model("echo");
    lab.write("/etc/samovar/samovard.toml", "sandbox = \"require\"\n");
    lab.output_of("systemctl start samovard.socket && samovar load echo");
    EXPECT_THAT(lab.output_of("samovar ps --json"), HasSubstr("\"sandbox\":\"on\""));
}

TEST(TheSandbox, hides_homes_and_says_so_to_who_adds_a_model_from_there) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.socket");
    lab.write("/run/user/1/model/model.toml", "task = \"tensor\"\n");
    const Ended added = lab.run("samovar add /run/user/1/model");
    EXPECT_EQ(added.exit_status, 4);
    EXPECT_THAT(added.output, HasSubstr("/run/user/1/model"));
}

TEST(TheSandbox, lets_an_administrator_lend_memory_to_a_process_of_their_own) {
    const SystemdLab lab;
    lab.add_model("echo");  // else there is no device to lend of
    lab.output_of("systemctl start samovard.socket");
    const Ended lent = lab.run("samovar lend -- true");
    EXPECT_EQ(lent.exit_status, 0) << lent.output;
}

}  // namespace
}  // namespace samovar::tests
