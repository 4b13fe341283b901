// The socket is systemd's: it starts the daemon at the first call, and outlives it.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/support/systemd_lab.hpp"
#include "tests/support/test_client.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

class UnderSystemd : public testing::Test {
  protected:
    // A connection that says nothing until it is greeted.
    std::unique_ptr<TestClient> connect() const {
        return std::make_unique<TestClient>(lab_.socket(), /*greet=*/false);
    }
    SystemdLab lab_;
};

TEST_F(UnderSystemd, the_first_call_starts_the_daemon) {
    lab_.output_of("systemctl start samovard.socket");
    EXPECT_EQ(lab_.show("samovard.service", "ActiveState"), "inactive");
    EXPECT_THAT(lab_.output_of("samovar ping"), HasSubstr("answered in"));
    EXPECT_EQ(lab_.show("samovard.service", "ActiveState"), "active");
    EXPECT_EQ(lab_.show("samovard.service", "StatusText"), "0 of 0 models hot");
}

TEST_F(UnderSystemd, the_daemon_is_a_user_without_rights_of_its_own) {
    lab_.output_of("systemctl start samovard.service");
    const std::string status =
        lab_.output_of("cat /proc/$(systemctl show --value -p MainPID samovard.service)/status");
    const std::string uid = lab_.output_of("id -u samovar"), gid = lab_.output_of("id -g samovar");
    EXPECT_THAT(status, HasSubstr("Uid:\t" + uid + "\t" + uid + "\t" + uid));
    EXPECT_THAT(status, HasSubstr("Gid:\t" + gid + "\t" + gid + "\t" + gid));
    EXPECT_THAT(status, HasSubstr("CapEff:\t0000000000000000"));
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
}

TEST_F(UnderSystemd, a_user_of_its_own_for_each_start_would_do_too) {
    lab_.amend("samovard.service", "[Service]\nDynamicUser=yes\nUser=\nGroup=\n");
    lab_.output_of("systemctl start samovard.socket");
    EXPECT_THAT(lab_.output_of("samovar ping"), HasSubstr("answered in"));
    // The owner of its folder in /proc is root: it is not dumpable.
    EXPECT_THAT(lab_.output_of("cat /proc/$(systemctl show --value -p MainPID "
                               "samovard.service)/status"),
                testing::Not(HasSubstr("Uid:\t0")));
}

TEST_F(UnderSystemd, members_of_the_group_may_call_and_others_may_not) {
    lab_.write("/etc/sysusers.d/lab.conf", "u member -\nm member samovar\nu stranger -\n");
    lab_.output_of("systemd-sysusers && systemctl start samovard.socket");
    EXPECT_EQ(lab_.run("runuser -u member -- samovar ping").exit_status, 0);
    const Ended refused = lab_.run("runuser -u stranger -- samovar ping");
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_THAT(refused.output, HasSubstr("join the group that owns the socket"));
}

TEST_F(UnderSystemd, calls_that_come_while_it_starts_wait_in_the_socket) {
    lab_.output_of("mkfifo /run/gate && systemctl start samovard.socket");
    lab_.amend("samovard.service",
               "[Service]\nExecStartPre=+/bin/sh -c 'read go < /run/gate'\nTimeoutStartSec=1min\n");
    std::vector<std::unique_ptr<TestClient>> waiting;
    for (int i = 0; i < 20; ++i)
        waiting.push_back(connect());
    EXPECT_TRUE(lab_.becomes("samovard.service", "SubState", "start-pre"));
    lab_.write("/run/gate", "go\n");
    for (const auto& client : waiting)
        EXPECT_TRUE(client->next().is<ipc::Greeting>());
}

// A refused connection throws, and so does one that ends without a word.
TEST_F(UnderSystemd, restarts_lose_no_connection) {
    lab_.output_of("systemctl start samovard.service");
    std::atomic<bool> over = false;
    std::string lost;
    int greeted = 0;
    std::thread caller([&] {
        try {
            for (; !over; ++greeted)
                connect()->next();
        } catch (const std::exception& fault) {
            lost = fault.what();
        }
    });
    for (int i = 0; i < 4; ++i)
        lab_.output_of("systemctl restart samovard.service");
    over = true;
    caller.join();
    EXPECT_EQ(lost, "");
    EXPECT_GE(greeted, 4);
}

TEST_F(UnderSystemd, the_socket_stays_where_the_daemon_has_stopped) {
    lab_.output_of("systemctl start samovard.service");
    struct stat before {
    }, after{};
    ASSERT_EQ(::stat(lab_.socket().c_str(), &before), 0);
    lab_.output_of("systemctl stop samovard.service");
    ASSERT_EQ(::stat(lab_.socket().c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_THAT(lab_.output_of("samovar ping"), HasSubstr("answered in"));
}

TEST_F(UnderSystemd, a_socket_that_is_none_of_samovards_is_refused_in_words) {
    lab_.write("/etc/systemd/system/samovard.socket.d/test.conf",
               "[Socket]\nListenStream=\nListenDatagram=/run/samovar/samovar.sock\n");
    lab_.output_of("systemctl daemon-reload");
    EXPECT_NE(lab_.run("systemctl start samovard.service").exit_status, 0);
    EXPECT_THAT(lab_.output_of("journalctl -u samovard.service -o cat"),
                HasSubstr("the socket that samovard was given (samovard.socket) is a Unix socket, "
                          "but no stream"));
}

// A user with a place of their own for sockets; what their commands begin with.
class AUserBesideSystemd : public UnderSystemd {
  protected:
    AUserBesideSystemd() {
        lab_.write("/etc/sysusers.d/lab.conf", "u owner 4711 - /var/owner\n");
        lab_.output_of(
            "systemd-sysusers && install -d -o owner /var/owner /var/owner/samovar "
            "/var/owner/samovar/models && install -d -m 0700 -o owner /run/user/4711");
    }
    const std::string as_owner_ =
        "setpriv --reuid 4711 --regid 4711 --clear-groups env HOME=/var/owner "
        "XDG_DATA_HOME=/var/owner XDG_RUNTIME_DIR=/run/user/4711 ";
};

TEST_F(AUserBesideSystemd, has_a_daemon_of_their_own) {
    lab_.output_of(
        "systemd-run --unit owner-manager -p User=owner -p Type=notify -p Delegate=yes "
        "-E XDG_DATA_HOME=/var/owner -E XDG_RUNTIME_DIR=/run/user/4711 "
        "/lib/systemd/systemd --user");
    lab_.output_of(as_owner_ + "systemctl --user start samovard.socket");
    EXPECT_THAT(lab_.output_of(as_owner_ + "samovar ping"), HasSubstr("answered in"));
    EXPECT_EQ(lab_.output_of(as_owner_ + "systemctl --user show --value -p StatusText "
                                         "samovard.service"),
              "0 of 0 models hot");
    EXPECT_EQ(lab_.run(as_owner_ + "systemctl --user reload samovard.service").exit_status, 0);
}

TEST_F(AUserBesideSystemd, who_runs_a_model_gets_a_private_daemon_only_where_there_is_no_socket) {
    EXPECT_EQ(lab_.run(as_owner_ + "samovar run nothing").exit_status, 4) << "it has no such model";
    const std::string pong = lab_.output_of(as_owner_ + "samovar ping");
    const std::string pid =
        pong.substr(pong.find("pid ") + 4, pong.find(", up") - pong.find("pid ") - 4);
    lab_.output_of("kill " + pid);
    ASSERT_TRUE(wait_until([&] { return lab_.run("kill -0 " + pid).exit_status != 0; }));
    // Now there is the system's, which this user may not use.
    lab_.output_of("systemctl start samovard.socket");
    const Ended refused = lab_.run(as_owner_ + "samovar run nothing");
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_THAT(refused.output, HasSubstr("join the group"));
}

TEST_F(AUserBesideSystemd, gets_no_private_daemon_where_the_administrator_forbids_it) {
    lab_.write("/etc/samovar/samovard.toml", "private_daemons = false\n");
    const Ended refused = lab_.run(as_owner_ + "samovar run nothing");
    EXPECT_EQ(refused.exit_status, 3);
    EXPECT_THAT(refused.output, HasSubstr("/etc/samovar/samovard.toml: private_daemons = false"));
}

}  // namespace
}  // namespace samovar::tests
