// The command line over the configuration file over the defaults.

#include "daemon/options.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class Reading : public testing::Test {
  protected:
    Reading() {
        for (const char* name :
             {"XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME",
              "STATE_DIRECTORY", "CACHE_DIRECTORY", "CONFIGURATION_DIRECTORY"})
            ::unsetenv(name);
        ::setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
    }
    static Invocation read(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "samovard");
        return read_invocation(static_cast<int>(arguments.size()), arguments.data());
    }
    void configure(const std::string& text) const {
        fs::create_directory(folder_.path() / "samovar");
        std::ofstream(file()) << text;
    }
    fs::path file() const { return folder_.path() / "samovar" / "samovard.toml"; }

    tests::TemporaryFolder folder_;
};

TEST_F(Reading, needs_nothing) {
    const Invocation invocation = read({});
    ASSERT_TRUE(invocation.run) << invocation.words;
    EXPECT_EQ(invocation.options.listener.mode, 0660U);
    EXPECT_EQ(invocation.options.drain, std::chrono::seconds(10));
    EXPECT_EQ(invocation.options.ready_fd, -1);
    EXPECT_GE(invocation.options.threads, 1U);
}

TEST_F(Reading, listens_where_the_session_has_its_files) {
    EXPECT_EQ(read({}).options.listener.socket, "/run/samovar/samovar.sock");
    ::setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    EXPECT_EQ(read({}).options.listener.socket, "/run/user/1/samovar/samovar.sock");
    ::setenv("XDG_RUNTIME_DIR", "relative", 1);
    EXPECT_EQ(read({}).options.listener.socket, "/run/samovar/samovar.sock");
}

TEST_F(Reading, takes_what_sandbox_workers_get) {
    EXPECT_EQ(read({}).options.sandbox, "auto");
    configure("sandbox = \"require\"\n");
    EXPECT_EQ(read({}).options.sandbox, "require");
    EXPECT_EQ(read({"--sandbox", "off"}).options.sandbox, "off");
    configure("sandbox = \"yes\"\n");
    EXPECT_THAT(read({}).words, HasSubstr("sandbox"));
    EXPECT_EQ(read({"--sandbox", "yes"}).status, 2);
}

TEST_F(Reading, takes_how_many_loads_there_may_be_at_a_time) {
    EXPECT_EQ(read({}).options.parallel_loads, 2U);
    configure("parallel_loads = 7\n");
    EXPECT_EQ(read({}).options.parallel_loads, 7U);
    configure("parallel_loads = 0\n");
    EXPECT_THAT(read({}).words, HasSubstr("parallel_loads"));
}

TEST_F(Reading, takes_budgets_in_bytes_and_shares) {
    configure(
        "[device.cpu]\nbudget = \"50%\"\nleave_free = \"2GiB\"\n"
        "[device.\"cuda:0\"]\nbudget = \"20GiB\"\n[host]\nbudget = \"8GB\"\n"
        "[device.\"cuda:1\"]\nbudget = \"80%\"\nleave_free = \"10%\"\n");
    const Invocation invocation = read({});
    ASSERT_TRUE(invocation.run) << invocation.words;
    const BudgetOptions& budgets = invocation.options.budgets;
    EXPECT_EQ(budgets.devices.at("cpu").budget->of(1000), 500U);
    EXPECT_EQ(budgets.devices.at("cpu").leave_free->of(1000), 2U << 30);
    EXPECT_EQ(budgets.devices.at("cuda:0").budget->of(1000), 20ULL << 30);
    EXPECT_EQ(budgets.devices.at("cuda:1").budget->of(1000), 800U);
    EXPECT_EQ(budgets.devices.at("cuda:1").leave_free->of(1000), 100U);
    EXPECT_EQ(budgets.host->of(1000), 8'000'000'000U);
}

TEST_F(Reading, refuses_budgets_that_cannot_be_with_file_line_and_key) {
    for (const auto& [text, words] :
         {std::pair{"[device.cpu]\nbudget = \"lots\"\n", ":2: device.cpu.budget: \"lots\" is no"},
          {"[device.cpu]\nbudget = \"101%\"\n", ":2: device.cpu.budget: \"101%\" is no share"},
          {"[device.cpu]\nbudget = 5\n", ":2: device.cpu.budget: must be a string"},
          {"[device.gpu]\nbudget = \"5GiB\"\n", "device.gpu: is no device"},
          {"[device.\"cuda:0\"]\nleave_free = \"0%\"\n",
           ":2: device.cuda:0.leave_free: \"0%\" is no"},
          {"[device.cpu]\nbudge = \"5GiB\"\n", ":2: device.cpu.budge: is not a known key"}}) {
        fs::remove_all(file().parent_path());
        configure(text);
        const Invocation invocation = read({});
        EXPECT_EQ(invocation.status, 2);
        EXPECT_THAT(invocation.words, HasSubstr(file().string() + ":")) << text;
        EXPECT_THAT(invocation.words, HasSubstr(words)) << text;
    }
}

TEST_F(Reading, refuses_a_reserve_that_leaves_nothing_with_both_numbers) {
    configure("[device.cpu]\nleave_free = \"9GB\"\n");
    const fs::path meminfo = file().parent_path() / "meminfo";
    std::ofstream(meminfo) << "MemTotal: 8000000 kB\n";
    const Invocation invocation = read({"--meminfo", meminfo.c_str()});
    EXPECT_EQ(invocation.status, 2);
    EXPECT_THAT(invocation.words, HasSubstr(":2: device.cpu.leave_free: is 9"));
    EXPECT_THAT(invocation.words, HasSubstr(", and this machine has 8"));
}

TEST_F(Reading, takes_the_command_line_over_the_file_over_the_defaults) {
    configure(
        "socket = \"/tmp/of-the-file\"\nthreads = 3\ndrain = \"250ms\"\nsocket_mode = \"0600\"\n");
    const Options options = read({"--socket", "/tmp/of-the-line", "--log-level", "debug"}).options;
    EXPECT_EQ(options.listener.socket, "/tmp/of-the-line");
    EXPECT_EQ(options.threads, 3U);
    EXPECT_EQ(options.drain, std::chrono::milliseconds(250));
    EXPECT_EQ(options.listener.mode, 0600U);
    EXPECT_EQ(options.log_level, "debug");
    EXPECT_EQ(read({"--drain", "0.5"}).options.drain, std::chrono::milliseconds(500));
}

TEST_F(Reading, keeps_its_state_where_the_service_manager_says_or_the_user_has_it) {
    ::setenv("XDG_STATE_HOME", "/srv/one", 1);
    EXPECT_EQ(read({}).options.state, "/srv/one/samovar");
    ::setenv("STATE_DIRECTORY", "/var/lib/samovar:/var/lib/other", 1);
    EXPECT_EQ(read({}).options.state, "/var/lib/samovar");
    configure("state = \"/srv/state\"\n");
    EXPECT_EQ(read({}).options.state, "/srv/state");
    EXPECT_EQ(read({"--state", "/tmp/state"}).options.state, "/tmp/state");
}

TEST_F(Reading, goes_by_the_folders_that_systemd_has_made_for_the_service) {
    configure("threads = 7\n");
    ::setenv("CONFIGURATION_DIRECTORY", (folder_.path() / "samovar").c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    ::setenv("STATE_DIRECTORY", "/srv/state:/srv/other", 1);
    ::setenv("CACHE_DIRECTORY", "/srv/cache", 1);
    const Options options = read({}).options;
    EXPECT_EQ(options.threads, 7U);
    EXPECT_EQ(options.models, "/srv/state/models");
    EXPECT_EQ(options.store, "/srv/cache/store");
}

TEST_F(Reading, ends_a_private_daemon_after_ten_minutes_and_lets_nobody_else_in) {
    EXPECT_EQ(read({}).options.idle_exit, std::nullopt);
    const Options options = read({"--private"}).options;
    EXPECT_EQ(options.idle_exit, std::chrono::minutes(10));
    EXPECT_EQ(options.listener.mode, 0600U);
    EXPECT_EQ(options.listener.group, "");
    configure("idle_exit = \"1h\"\n");
    EXPECT_EQ(read({"--private"}).options.idle_exit, std::chrono::hours(1));
    EXPECT_EQ(read({"--idle-exit", "1.5"}).options.idle_exit, std::chrono::milliseconds(1500));
}

TEST_F(Reading, refuses_a_private_daemon_where_there_shall_be_none) {
    configure("private_daemons = false\n");
    EXPECT_TRUE(read({}).run);
    const Invocation refused = read({"--private"});
    EXPECT_FALSE(refused.run);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.words, HasSubstr(file().string() + ": private_daemons = false"));
}

TEST_F(Reading, makes_paths_absolute) {
    const Options options = read({"--models", "models", "--store", "store"}).options;
    EXPECT_TRUE(options.models.is_absolute());
    EXPECT_TRUE(options.store.is_absolute());
}

TEST_F(Reading, tells_faults_of_the_file_with_line_and_key) {
    const auto words = [&](const char* text) {
        configure(text);
        const Invocation invocation = read({});
        EXPECT_FALSE(invocation.run);
        EXPECT_EQ(invocation.status, 2);
        return invocation.words;
    };
    const std::string place = "samovard: " + file().string();
    EXPECT_EQ(words("x = 1\n"), place + ":1: x: is not a known key here\n");
    EXPECT_EQ(words("soket = 1\n"),
              place + ":1: soket: is not a known key here: did you mean socket?\n");
    EXPECT_EQ(words("\nthreads = 0\n"), place + ":2: threads: must be from 1 to 1024\n");
    EXPECT_EQ(words("drain = \"11m\"\n"), place + ":1: drain: must be from 0ms to 10m\n");
    EXPECT_EQ(
        words("log_level = \"loud\"\n"),
        place + ":1: log_level: \"loud\" is none of \"debug\", \"info\", \"warning\", \"error\"\n");
    EXPECT_THAT(words("socket_mode = \"888\"\n"),
                HasSubstr("socket_mode: \"888\" is no octal number"));
}

TEST_F(Reading, refuses_wrong_usage) {
    for (const auto& arguments : std::vector<std::vector<const char*>>{{"--nonsense"},
                                                                       {"--threads", "0"},
                                                                       {"--threads", "x"},
                                                                       {"--drain", "-1"},
                                                                       {"--socket-mode", "0888"},
                                                                       {"--log-level", "loud"},
                                                                       {"--ready-fd", "-2"},
                                                                       {"word"},
                                                                       {"--config", "/nowhere"}}) {
        const Invocation invocation = read(arguments);
        EXPECT_FALSE(invocation.run) << arguments[0];
        EXPECT_EQ(invocation.status, 2) << arguments[0];
        EXPECT_THAT(invocation.words, StartsWith("samovard: "));
    }
}

TEST_F(Reading, prints_its_version_and_its_help) {
    EXPECT_EQ(read({"--version"}).words, "samovard " SAMOVAR_VERSION "\n");
    const Invocation help = read({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.words, HasSubstr("samovard --socket /tmp/samovar.sock --models ./models"));
}

}  // namespace
}  // namespace samovar::daemon
