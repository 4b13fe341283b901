// What `cmake --install` puts in place, judged by systemd's own tools.

#include <gmock/gmock.h>

#include <regex>

#include "tests/support/systemd_lab.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr double kMostExposure = 0.8;
constexpr const char* kUnits = "/usr/local/lib/systemd/system";

// By its own table: the mean of some eighty settings, from 0 (safe) to 10.
double exposure(const SystemdLab& lab) {
    const std::string table =
        lab.output_of("systemd-analyze security --offline=true --no-pager samovard.service");
    std::smatch figure;
    if (!std::regex_search(table, figure, std::regex("Overall exposure level for .*: ([0-9.]+)")))
        throw std::runtime_error("systemd-analyze gave no figure:\n" + table);
    return std::stod(figure[1]);
}

TEST(WhatIsInstalled, is_what_systemd_verifies_without_a_word) {
    const SystemdLab lab;
    for (const std::string unit : {"samovard.service", "samovard.socket"}) {
        EXPECT_EQ(lab.output_of("systemd-analyze verify --man=no " + unit + " 2>&1"), "") << unit;
        EXPECT_EQ(lab.output_of("mkdir -p /run/lab && XDG_RUNTIME_DIR=/run/lab systemd-analyze "
                                "--user verify --man=no "
                                "/usr/local/lib/systemd/user/" +
                                unit + " 2>&1"),
                  "")
            << unit;
    }
    for (const std::string unit :
         {"samovard-metrics.socket", "samovar-metrics.socket", "samovar-metrics.service"})
        EXPECT_EQ(lab.output_of("systemd-analyze verify --man=no " + unit + " 2>&1"), "") << unit;
}

TEST(WhatIsInstalled, exposes_little) {
    const SystemdLab lab;
    EXPECT_LE(exposure(lab), kMostExposure);
}

TEST(WhatIsInstalled, exposes_little_with_a_gpu_too) {
    const SystemdLab lab;
    lab.output_of(
        "cp -r /usr/local/share/doc/samovar/examples/samovard.service.d "
        "/etc/systemd/system/ && systemctl daemon-reload");
    EXPECT_EQ(lab.show("samovard.service", "PrivateDevices"), "no");
    EXPECT_LE(exposure(lab), kMostExposure);
}

TEST(WhatIsInstalled, makes_users_groups_and_folders) {
    const SystemdLab lab;
    lab.output_of("systemd-sysusers && systemd-tmpfiles --create samovar.conf");
    EXPECT_THAT(lab.output_of("getent passwd samovar"), HasSubstr(":/var/lib/samovar:"));
    EXPECT_NE(lab.output_of("getent group samovar samovar-admin samovar-metrics"), "");
    EXPECT_EQ(lab.output_of("stat -c '%U:%G %a' /run/samovar"), "root:root 755");
    EXPECT_EQ(lab.output_of("stat -c '%U:%G %a' /var/lib/samovar/models"),
              "samovar:samovar-admin 2775");
}

TEST(WhatIsInstalled, names_the_place_that_it_was_installed_to) {
    const SystemdLab lab;
    EXPECT_THAT(lab.output_of(std::string("cat ") + kUnits + "/samovard.service"),
                HasSubstr("ExecStart=/usr/local/bin/samovard\n"));
}

}  // namespace
}  // namespace samovar::tests
