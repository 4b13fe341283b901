// Every command but `run`: what it prints for people, and for programs.

#include <gmock/gmock.h>

#include <fstream>

#include <unistd.h>

#include "tests/integration/cli/command_line.hpp"
#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

Words keys(const Json& object) {
    Words names;
    for (const auto& [name, value] : object.items())
        names.push_back(name);
    return names;  // in alphabetical order
}

class Commands : public testing::Test {
  protected:
    // Succeeds and says nothing but what was asked for.
    std::string text(const Words& words) {
        const Said said = samovar(words);
        EXPECT_EQ(said.code, 0) << said.err;
        EXPECT_EQ(said.err, "");
        return said.out;
    }
    Json json(Words words) {
        words.emplace_back("--json");
        const std::string out = text(words);
        EXPECT_EQ(lines(out).size(), 1U) << out;
        return Json::parse(out);
    }

    DaemonUnderTest daemon{{.models = {"add", "sleepy"}}};
    CommandLine samovar{daemon.socket()};
};

TEST_F(Commands, ping_says_who_answers_and_how_fast) {
    EXPECT_THAT(text({"ping"}),
                MatchesRegex("samovard [0-9.]+, pid " + std::to_string(daemon.pid()) +
                             ", up [0-9]+ s: answered in [0-9.]+ [um]s\n"));
    const Json answer = json({"ping"});
    EXPECT_THAT(keys(answer), ElementsAre("daemon", "pid", "round_trip_us", "socket", "uptime_ms"));
    EXPECT_EQ(answer["pid"], daemon.pid());
    EXPECT_EQ(answer["socket"], daemon.socket().string());
    EXPECT_GT(answer["round_trip_us"], 0.0);
}

TEST_F(Commands, whoami_says_what_one_may_do_and_by_which_rule) {
    const std::string uid = std::to_string(::geteuid());
    EXPECT_THAT(text({"whoami"}),
                AllOf(HasSubstr("user " + uid), HasSubstr("use models"), HasSubstr("reload"),
                      HasSubstr("0 of 2048"), HasSubstr("policy.everyone.jobs (built in)")));
    const Json me = json({"whoami"});
    EXPECT_THAT(keys(me), ElementsAre("channel_bytes", "groups", "inline_bytes", "jobs", "models",
                                      "priority", "rate", "session_inline_bytes", "session_jobs",
                                      "sessions", "uid", "user", "verbs", "weight"));
    EXPECT_EQ(me["uid"], ::geteuid());
    EXPECT_EQ(me["models"]["allowed"], Json::array({"*"}));
    EXPECT_EQ(me["priority"]["highest"], "interactive");
    EXPECT_EQ(me["jobs"], Json({{"limit", 2048}, {"used", 0}, {"rule", me["jobs"]["rule"]}}));
    EXPECT_TRUE(me["rate"]["limit"].is_null());
}

TEST_F(Commands, models_lists_them_by_name_with_their_state) {
    const Words table = lines(text({"models"}));
    ASSERT_EQ(table.size(), 3U);
    EXPECT_THAT(table[0], MatchesRegex("MODEL +STATE +TASK +DEVICE +DESCRIPTION"));
    EXPECT_THAT(table[1], MatchesRegex("add +cold +tensor +cpu +for tests: float32 .*"));
    EXPECT_THAT(table[2], MatchesRegex("sleepy +cold +tensor +cpu +for tests: int64 .*"));

    const Json list = json({"models"});
    ASSERT_EQ(list.size(), 2U);
    EXPECT_THAT(keys(list[0]), ElementsAre("description", "device", "name", "problem", "residency",
                                           "task", "version"));
    EXPECT_EQ(list[0]["name"], "add");
    EXPECT_EQ(list[0]["residency"], "cold");
    EXPECT_EQ(list[0]["version"].get<std::string>().size(), 16U);
}

TEST_F(Commands, info_tells_what_a_model_takes_and_gives) {
    EXPECT_THAT(text({"info", "add"}), AllOf(HasSubstr("add\n"), HasSubstr("state     cold\n"),
                                             HasSubstr("input     x  float32 [n]  n 1..1048576\n"),
                                             HasSubstr("output    output  float32 [n]")));
    const Json cold = json({"info", "add"});
    EXPECT_EQ(cold["inputs"][1]["name"], "y");
    EXPECT_EQ(cold["inputs"][1]["dtype"], "float32");
    EXPECT_EQ(cold["inputs"][1]["shape"],
              Json::parse(R"([{"name": "n", "min": 1, "max": 1048576}])"));
    EXPECT_EQ(cold["folder"], (daemon.models() / "add").string());
    EXPECT_EQ(cold["max_run_ms"], 30'000);
    EXPECT_TRUE(cold["last_load"].is_null());

    text({"load", "add"});
    const Json hot = json({"info", "add"});
    EXPECT_EQ(hot["residency"], "hot");
    EXPECT_EQ(hot["last_load"]["code"], "model.pt");
    EXPECT_THAT(text({"info", "add"}), AllOf(HasSubstr("last load: model.pt on cpu"),
                                             HasSubstr("\nin force: precision none, ")));
}

TEST_F(Commands, load_makes_a_model_hot_once_and_tells_the_phases) {
    const Json first = json({"load", "add"});
    EXPECT_EQ(first["was_hot"], false);
    EXPECT_EQ(first["code"], "model.pt");
    EXPECT_EQ(first["device"], "cpu");
    ASSERT_FALSE(first["phases"].empty());
    EXPECT_EQ(first["phases"][0]["name"], "spawn");
    EXPECT_EQ(first["phases"][1]["name"], "device_init");
    EXPECT_EQ(first["in_force"]["graph"], "optimised");
    EXPECT_GT(first["total_us"], 0.0);
    EXPECT_EQ(daemon.model("add").residency, ipc::Residency::hot);
    EXPECT_EQ(json({"load", "add"})["was_hot"], true);
    EXPECT_THAT(text({"load", "add"}),
                AllOf(HasSubstr("add was hot already: model.pt on cpu"), HasSubstr("\nspawn ")));
}

TEST_F(Commands, unload_takes_the_last_model_and_with_it_the_worker) {
    text({"load", "add"});
    text({"load", "sleepy"});
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    EXPECT_EQ(text({"unload", "add"}), "add is cold\n");
    EXPECT_TRUE(runs(worker));
    EXPECT_EQ(json({"unload", "sleepy"}),
              Json::parse(R"({"model": "sleepy", "residency": "cold"})"));
    EXPECT_TRUE(wait_until([&] { return !runs(worker); }));
    EXPECT_TRUE(wait_until([&] { return json({"ps"})["workers"][0]["state"] == "stopped"; }));
}

TEST_F(Commands, ps_shows_the_daemon_its_workers_and_what_is_loaded) {
    EXPECT_THAT(text({"ps"}), AllOf(HasSubstr(": 0 jobs, 1 session, 0 channels of 0 B\n"),
                                    HasSubstr("\nNo model is loaded.\n")));
    text({"load", "add"});
    text({"run", "add", "--input", "x=[1]", "--input", "y=[2]"});
    const Json status = json({"ps"});
    EXPECT_EQ(status["pid"], daemon.pid());
    ASSERT_EQ(status["workers"].size(), 1U);
    EXPECT_EQ(status["workers"][0]["name"], "cpu");
    EXPECT_EQ(status["workers"][0]["state"], "ready");
    EXPECT_EQ(status["workers"][0]["pid"], daemon.worker().pid);
    ASSERT_EQ(status["models"].size(), 1U);
    EXPECT_THAT(keys(status["models"][0]),
                ElementsAre("cache", "cold_starts", "device", "device_bytes", "host_bytes",
                            "idle_ms", "in_flight", "jobs_done", "jobs_failed", "measured", "name",
                            "next", "queued", "residency", "uses", "weight_bytes", "worker"));
    EXPECT_EQ(status["models"][0]["residency"], "hot");
    EXPECT_EQ(status["models"][0]["jobs_done"], 1);
    EXPECT_EQ(status["models"][0]["uses"], 1);
    EXPECT_EQ(status["models"][0]["cold_starts"], 0) << "it was loaded before";
    EXPECT_EQ(status["models"][0]["next"]["rung"], "cold");
    EXPECT_GT(json({"ps", "--all"})["models"].size(), 1U);
    EXPECT_THAT(text({"ps"}), AllOf(HasSubstr("\nWORKER "), HasSubstr("\nMODEL ")));
}

TEST_F(Commands, warmth_shows_what_calls_found_and_what_loads_bought) {
    text({"load", "add"});
    text({"run", "add", "--input", "x=[1]", "--input", "y=[2]"});
    const Json one = json({"warmth", "add"});
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0]["model"], "add");
    EXPECT_EQ(one[0]["calls"][0]["kind"], "brought up");
    EXPECT_GT(one[0]["calls"][0]["p99_us"], 0.0);
    EXPECT_EQ(one[0]["brought_up"][0]["cause"], "operator");
    EXPECT_EQ(one[0]["brought_up"][0]["met"], 1);
    EXPECT_TRUE(one[0]["brought_up"][0]["saved_ms"].is_null()) << "no cold call is known";
    EXPECT_GT(one[0]["since_ms"], 1'700'000'000'000);
    EXPECT_THAT(text({"warmth", "add"}), AllOf(HasSubstr("add: 1 use, 0 cold starts since 20"),
                                               HasSubstr("\nBROUGHT UP BY ")));
    EXPECT_GT(json({"warmth"}).size(), 1U);
    EXPECT_THAT(text({"warmth"}), HasSubstr("\nadd "));
}

TEST_F(Commands, add_takes_a_folder_relative_to_the_shell_and_remove_undoes_it) {
    fs::copy(made_model("throws"), samovar.at("mine"), fs::copy_options::recursive);
    EXPECT_EQ(text({"add", "mine"}), "throws added\n");
    EXPECT_EQ(fs::read_symlink(daemon.models() / "mine"), samovar.at("mine"));
    EXPECT_EQ(json({"remove", "throws"}),
              Json::parse(R"({"model": "throws", "outcome": "removed"})"));
    EXPECT_EQ(json({"add", "./mine/"}),
              Json::parse(R"({"model": "throws", "outcome": "added", "problem": ""})"));
    EXPECT_EQ(text({"remove", "throws"}), "throws removed\n");
    EXPECT_TRUE(fs::exists(samovar.at("mine/model.toml")));
}

TEST_F(Commands, reload_tells_what_became_of_each_folder) {
    EXPECT_EQ(json({"reload"})[0],
              Json::parse(R"({"model": "add", "outcome": "unchanged", "problem": ""})"));
    daemon.link_model("throws");
    fs::remove(daemon.models() / "add");
    EXPECT_THAT(lines(text({"reload"})),
                testing::IsSupersetOf({MatchesRegex("MODEL +OUTCOME"), MatchesRegex("add +removed"),
                                       MatchesRegex("throws +added")}));
}

TEST_F(Commands, reload_fails_where_a_folder_is_rejected_and_says_file_and_key) {
    daemon.copy_model("throws");
    std::ofstream(daemon.models() / "throws/model.toml", std::ios::app) << "\n[extra]\n";
    const Said said = samovar({"reload"});
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.out, AllOf(HasSubstr("rejected"), HasSubstr("model.toml"),
                                HasSubstr("extra: is not a known key here")));
    const Said document = samovar({"reload", "--json"});
    EXPECT_EQ(document.code, 1);
    EXPECT_EQ(document.json().back()["outcome"], "rejected");
}

TEST_F(Commands, reload_names_the_models_folder_where_that_cannot_be_read) {
    fs::rename(daemon.models(), samovar.at("models"));
    std::ofstream(daemon.models()) << "no folder";
    const Said said = samovar({"reload"});
    EXPECT_EQ(said.code, 1);
    EXPECT_EQ(said.out, "The models folder cannot be read, and all stays as it is: " +
                            daemon.models().string() + ": Not a directory\n");
    EXPECT_EQ(samovar({"reload", "--json"}).json()[0]["outcome"], "rejected");
    EXPECT_EQ(lines(text({"models"})).size(), 3U);
}

TEST(EmptyDaemon, says_where_models_come_from_and_lists_none_for_programs) {
    const DaemonUnderTest daemon;
    const CommandLine samovar(daemon.socket());
    const Said said = samovar({"models"});
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.out, "");
    EXPECT_THAT(said.err, HasSubstr("`samovar add FOLDER`"));
    EXPECT_THAT(samovar({"models", "--json"}).json(), IsEmpty());
    EXPECT_THAT(samovar({"reload", "--json"}).json(), IsEmpty());
}

}  // namespace
}  // namespace samovar::tests
