// Where scrapers read, as the units have it.

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/support/http_get.hpp"
#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr const char* kSocket = "/run/samovar/metrics.sock";

TEST(ScrapersOfTheService, have_a_socket_of_their_own_for_a_group_of_their_own) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    EXPECT_EQ(lab.output_of(std::string("stat -c '%U:%G %a' ") + kSocket),
              "root:samovar-metrics 660");
    EXPECT_THAT(http_get(lab.seen(kSocket), "/metrics"), HasSubstr("\nsamovar_sessions_total 0\n"));
}

TEST(ScrapersOfTheService, start_no_daemon_and_find_the_next_one) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.socket");
    EXPECT_THROW(connected(lab.seen(kSocket)), std::runtime_error);
    lab.output_of("samovar ping");
    EXPECT_THAT(http_get(lab.seen(kSocket), "/metrics"), HasSubstr("200 OK"));
    lab.output_of("systemctl stop samovard.service");
    EXPECT_TRUE(lab.becomes("samovard-metrics.socket", "ActiveState", "inactive"));
    EXPECT_THROW(connected(lab.seen(kSocket)), std::runtime_error);
    lab.output_of("samovar ping");
    EXPECT_THAT(http_get(lab.seen(kSocket), "/metrics"), HasSubstr("200 OK"));
}

TEST(ScrapersOfTheService, read_on_after_a_restart_and_after_a_crash) {
    const SystemdLab lab;
    lab.output_of("systemctl start samovard.service");
    lab.output_of("systemctl restart samovard.service");
    EXPECT_THAT(http_get(lab.seen(kSocket), "/metrics"), HasSubstr("200 OK"));
    const pid_t killed = lab.main_pid();
    ::kill(killed, SIGKILL);
    EXPECT_TRUE(wait_until([&] { return lab.main_pid() != 0 && lab.main_pid() != killed; }));
    EXPECT_TRUE(lab.becomes("samovard.service", "ActiveState", "active"));
    EXPECT_THAT(http_get(lab.seen(kSocket), "/metrics"), HasSubstr("200 OK"));
}

TEST(ScrapersOfTheService, read_over_tcp_where_that_is_asked_for) {
    const SystemdLab lab;
    lab.amend("samovar-metrics.socket", "[Socket]\nListenStream=\nListenStream=127.0.0.1:19464\n");
    lab.output_of("systemctl start samovard.service samovar-metrics.socket");
    const std::string ask =
        "exec 3<>/dev/tcp/127.0.0.1/19464; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    EXPECT_THAT(lab.output_of("bash -c \"" + ask + "\""), HasSubstr("samovar_build_info"));
    EXPECT_EQ(lab.show("samovard.service", "RestrictAddressFamilies"), "AF_UNIX");
    EXPECT_EQ(lab.show("samovar-metrics.service", "PrivateNetwork"), "yes");
}

}  // namespace
}  // namespace samovar::tests
