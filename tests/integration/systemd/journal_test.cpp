// Lines of the log in the journal, with their level and with what they are about.

#include <gmock/gmock.h>

#include "tests/support/systemd_lab.hpp"
#include "tests/support/test_client.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

TEST(TheJournal, has_the_level_of_each_line_and_no_time_of_the_daemons_own) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    const std::string line = lab.output_of(
        "journalctl -u samovard.service SYSLOG_IDENTIFIER=samovard PRIORITY=6 -o cat");
    EXPECT_THAT(line, testing::StartsWith("samovard 0.1.0 pid "));
}

TEST(TheJournal, finds_what_concerns_a_model) {
    const SystemdLab lab;
    lab.write("/var/lib/samovar/models/broken/model.toml", "task = \"brew\"\n");
    lab.output_of("systemctl start samovard.service");
    EXPECT_THAT(lab.output_of("journalctl SAMOVAR_MODEL=broken PRIORITY=3 -o cat"),
                HasSubstr("model broken: rejected: "));
}

TEST(TheJournal, finds_what_concerns_a_caller) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    TestClient client(lab.socket(), /*greet=*/false);
    client.send(ipc::Ping{}, 1);
    EXPECT_TRUE(client.ended());
    EXPECT_THAT(lab.output_of("journalctl SAMOVAR_SESSION=1 SAMOVAR_UID=0 PRIORITY=4 -o cat"),
                HasSubstr("not a hello"));
}

TEST(TheJournal, has_the_workers_lines_with_their_level) {
    const SystemdLab lab;
    lab.add_model("throws");
    lab.write("/etc/samovar/samovard.toml", "log_level = \"debug\"\n");
    lab.output_of("systemctl start samovard.service");
    TestClient client(lab.socket());
    client.call(job("throws", {floats({1})}));
    EXPECT_THAT(lab.output_of("journalctl -u samovard.service _TRANSPORT=stdout -o cat"),
                HasSubstr("[worker cpu "));
    EXPECT_EQ(
        lab.run("journalctl -q -u samovard.service _TRANSPORT=stdout -o cat | grep '^<'").output,
        "");
}

}  // namespace
}  // namespace samovar::tests
