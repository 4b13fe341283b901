// `systemctl reload` waits for what it asked for, and fails where that is bad.

#include <gmock/gmock.h>

#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

TEST(AReloadUnderSystemd, returns_when_new_models_are_there) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    lab.add_model("echo");
    lab.output_of("systemctl reload samovard.service");
    EXPECT_THAT(lab.output_of("samovar models"), HasSubstr("echo"));
    EXPECT_EQ(lab.show("samovard.service", "StatusText"), "0 of 1 model hot");
    EXPECT_EQ(lab.show("samovard.service", "SubState"), "running");
}

TEST(AReloadUnderSystemd, takes_a_new_configuration) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    lab.write("/etc/samovar/samovard.toml", "log_level = \"debug\"\n");
    lab.output_of("systemctl reload samovard.service && samovar ping");
    EXPECT_THAT(lab.output_of("journalctl -u samovard.service -o cat"), HasSubstr(": connected"));
}

TEST(AReloadUnderSystemd, of_a_bad_configuration_fails_and_the_old_one_stays) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    const pid_t before = lab.main_pid();
    lab.write("/etc/samovar/samovard.toml", "drain = \"soon\"\n");
    EXPECT_NE(lab.run("systemctl reload samovard.service").exit_status, 0);
    EXPECT_EQ(lab.show("samovard.service", "SubState"), "running");
    EXPECT_EQ(lab.main_pid(), before);
    EXPECT_THAT(lab.output_of("samovar ping"), HasSubstr("answered in"));
    EXPECT_THAT(lab.output_of("journalctl -u samovard.service -o cat"),
                HasSubstr("/etc/samovar/samovard.toml"));
    lab.write("/etc/samovar/samovard.toml", "drain = \"5s\"\n");
    EXPECT_EQ(lab.run("systemctl reload samovard.service").exit_status, 0);
}

TEST(AReloadUnderSystemd, of_a_bad_model_fails_and_the_old_version_stays) {
    const SystemdLab lab;
    lab.add_model("echo");
    lab.output_of("systemctl start samovard.service");
    lab.write("/var/lib/samovar/models/echo/model.toml", "task = \"brew\"\n");
    EXPECT_NE(lab.run("systemctl reload samovard.service").exit_status, 0);
    EXPECT_THAT(lab.output_of("samovar models"), HasSubstr("echo"));
    EXPECT_EQ(lab.show("samovard.service", "SubState"), "running");
}

}  // namespace
}  // namespace samovar::tests
