// A daemon that dies or hangs is replaced, and one that cannot live is given up.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

TEST(ADaemonUnderSystemd, that_hangs_is_replaced) {
    const SystemdLab lab;
    lab.amend("samovard.service", "[Service]\nWatchdogSec=500ms\n");
    lab.output_of("systemctl start samovard.service");
    const pid_t hung = lab.main_pid();
    ASSERT_EQ(::kill(hung, SIGSTOP), 0);
    EXPECT_TRUE(lab.becomes("samovard.service", "NRestarts", "1"));
    EXPECT_THAT(lab.output_of("samovar ping"), HasSubstr("answered in"));
    EXPECT_NE(lab.main_pid(), hung);
    EXPECT_THAT(lab.output_of("journalctl --no-pager"), HasSubstr("Watchdog timeout"));
}

TEST(ADaemonUnderSystemd, that_works_feeds_the_watchdog_again_and_again) {
    const SystemdLab lab;
    lab.amend("samovard.service", "[Service]\nWatchdogSec=500ms\n");
    lab.output_of("systemctl start samovard.service");
    for (int i = 0; i < 3; ++i) {
        const std::string fed = lab.show("samovard.service", "WatchdogTimestampMonotonic");
        EXPECT_TRUE(wait_until(
            [&] { return lab.show("samovard.service", "WatchdogTimestampMonotonic") != fed; }));
    }
    EXPECT_EQ(lab.show("samovard.service", "NRestarts"), "0");
}

TEST(ADaemonUnderSystemd, that_was_killed_is_replaced_at_once) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    ASSERT_EQ(::kill(lab.main_pid(), SIGKILL), 0);
    EXPECT_TRUE(lab.becomes("samovard.service", "NRestarts", "1"));
    EXPECT_THAT(lab.output_of("samovar ping"), HasSubstr("answered in"));
}

TEST(ADaemonUnderSystemd, that_cannot_live_is_given_up_with_its_socket) {
    const SystemdLab lab;
    lab.write("/etc/samovar/samovard.toml", "no_such_key = 1\n");
    lab.run("systemctl start samovard.service");
    EXPECT_TRUE(lab.becomes("samovard.service", "ActiveState", "failed"));
    EXPECT_TRUE(lab.becomes("samovard.service", "NRestarts", "5"));
    EXPECT_THAT(lab.output_of("journalctl -u samovard.service PRIORITY=3 _TRANSPORT=stdout -o cat"),
                HasSubstr("samovard.toml:1: no_such_key: is not a known key here"));
    const Ended call = lab.run("timeout 20 samovar ping");
    EXPECT_EQ(call.exit_status, 3) << call.output;
    // The way back.
    lab.write("/etc/samovar/samovard.toml", "");
    lab.output_of("systemctl reset-failed samovard.service samovard.socket");
    lab.output_of("systemctl start samovard.socket");
    EXPECT_THAT(lab.output_of("samovar ping"), HasSubstr("answered in"));
}

}  // namespace
}  // namespace samovar::tests
