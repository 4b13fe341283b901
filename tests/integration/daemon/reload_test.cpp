// The models folder changes under a running daemon.

#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;

auto entry(const std::string& model, const std::string& outcome) {
    return testing::AllOf(Field(&ipc::ReloadEntry::model, model),
                          Field(&ipc::ReloadEntry::outcome, outcome));
}

std::vector<ipc::ReloadEntry> reload(const DaemonUnderTest& daemon) {
    return TestClient(daemon.socket()).get<ipc::ReloadReport>(ipc::Reload{}).entries;
}

float answer_of(TestClient& client, std::uint64_t request) {
    return values_of<float>(client.answer(request).as<ipc::Done>().outputs.at(0)).at(0);
}

// "crash" answers x + 1 and "throws" the root of x; their model.toml differ in words alone.
class Reload : public testing::Test {
  protected:
    Reload() { daemon_.copy_model("crash", "m"); }

    void write_toml(const std::string& end) const {
        std::string text = text_of(made_model("crash") / "model.toml");
        text.replace(text.find("\"crash\""), 7, "\"m\"");
        std::ofstream(daemon_.models() / "m" / "model.toml") << end << text;
    }
    void take_the_code_of(const std::string& model) const {
        fs::copy_file(made_model(model) / "model.pt", daemon_.models() / "m" / "model.pt",
                      fs::copy_options::overwrite_existing);
    }

    DaemonUnderTest daemon_{DaemonPlan{.models = {"sleepy"}}};
};

TEST_F(Reload, takes_a_new_model) {
    write_toml("");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "added"), entry("sleepy", "unchanged")));
    TestClient client(daemon_.socket());
    EXPECT_EQ(answer_of(client, client.ask(job("m", {floats({4})}))), 5);
}

TEST_F(Reload, comes_with_SIGHUP) {
    write_toml("");
    daemon_.signal(SIGHUP);
    EXPECT_TRUE(wait_until([&] {
        return TestClient(daemon_.socket()).get<ipc::ModelList>(ipc::ListModels{}).models.size() ==
               2;
    }));
}

TEST_F(Reload, lets_jobs_end_on_the_version_they_began_with) {
    write_toml("");
    reload(daemon_);
    TestClient client(daemon_.socket());
    // Something long is before them in the same worker, so that both versions have jobs at once.
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"m"});
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"sleepy"});
    const std::uint64_t blocking = client.ask(sleep_job(500));
    const std::uint64_t old = client.ask(job("m", {floats({9})}));
    EXPECT_TRUE(wait_until([&] { return daemon_.worker().in_flight == 2; }));
    take_the_code_of("throws");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "changed"), entry("sleepy", "unchanged")));
    const std::uint64_t fresh = client.ask(job("m", {floats({9})}));
    EXPECT_EQ(answer_of(client, old), 10);
    EXPECT_EQ(answer_of(client, fresh), 3);
    client.answer(blocking).as<ipc::Done>();
}

TEST_F(Reload, keeps_hot_what_was_hot) {
    write_toml("");
    reload(daemon_);
    TestClient(daemon_.socket()).get<ipc::ModelLoaded>(ipc::LoadModel{"m"});
    const ipc::ModelSummary before = daemon_.model("m");
    write_toml("max_run = \"5s\"\n");
    reload(daemon_);
    EXPECT_NE(daemon_.model("m").version, before.version);
    EXPECT_TRUE(wait_until([&] { return daemon_.model("m").residency == ipc::Residency::hot; }));
}

TEST_F(Reload, of_what_has_not_changed_leaves_it_hot) {
    write_toml("");
    reload(daemon_);
    TestClient client(daemon_.socket());
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"m"});
    EXPECT_THAT(reload(daemon_),
                ElementsAre(entry("m", "unchanged"), entry("sleepy", "unchanged")));
    EXPECT_TRUE(client.get<ipc::ModelLoaded>(ipc::LoadModel{"m"}).was_hot);
}

// As one that the daemon's user may not enter, which root may.
TEST_F(Reload, of_a_folder_that_cannot_be_looked_into_keeps_the_version_it_had) {
    fs::remove(daemon_.models() / "sleepy");
    fs::create_directory_symlink("sleepy", daemon_.models() / "sleepy");
    const auto report = reload(daemon_);
    EXPECT_THAT(report, testing::Contains(entry("sleepy", "rejected")));
    EXPECT_THAT(daemon_.model("sleepy").problem, EndsWith("Too many levels of symbolic links"));
    TestClient client(daemon_.socket());
    client.answer(client.ask(sleep_job(1))).as<ipc::Done>();
}

TEST_F(Reload, of_a_broken_folder_keeps_the_version_it_had_and_says_why) {
    write_toml("");
    reload(daemon_);
    const ipc::ModelSummary before = daemon_.model("m");
    write_toml("max_run = 5\n");
    const std::string fault =
        (daemon_.models() / "m" / "model.toml").string() + ":1: max_run: must be a string";
    const auto report = reload(daemon_);
    EXPECT_THAT(report, ElementsAre(entry("m", "rejected"), entry("sleepy", "unchanged")));
    EXPECT_EQ(report[0].problem, fault);
    const ipc::ModelSummary after = daemon_.model("m");
    EXPECT_EQ(after.version, before.version);
    EXPECT_EQ(after.problem, fault);
    EXPECT_THAT(daemon_.log(), HasSubstr(fault));
    TestClient client(daemon_.socket());
    EXPECT_EQ(answer_of(client, client.ask(job("m", {floats({1})}))), 2);
}

TEST_F(Reload, of_a_folder_that_was_never_good_tells_whoever_calls_it) {
    write_toml("colour = \"red\"\n");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "rejected"), entry("sleepy", "unchanged")));
    TestClient client(daemon_.socket());
    const Error error = client.call(job("m", {floats({1})})).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("model.toml:1: colour: is not a known key here"));
    EXPECT_THAT(error.hint, HasSubstr("samovar reload"));
}

TEST_F(Reload, takes_a_mended_folder) {
    write_toml("colour = \"red\"\n");
    reload(daemon_);
    write_toml("");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "added"), entry("sleepy", "unchanged")));
    EXPECT_EQ(daemon_.model("m").problem, "");
}

TEST_F(Reload, forgets_a_model_whose_folder_is_gone_when_its_jobs_are_done) {
    write_toml("");
    reload(daemon_);
    TestClient client(daemon_.socket());
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"m"});
    client.get<ipc::ModelLoaded>(ipc::LoadModel{"sleepy"});
    client.ask(sleep_job(500));
    const std::uint64_t last = client.ask(job("m", {floats({9})}));
    EXPECT_TRUE(wait_until([&] { return daemon_.worker().in_flight == 2; }));
    fs::remove_all(daemon_.models() / "m");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "removed"), entry("sleepy", "unchanged")));
    EXPECT_EQ(client.call(job("m", {floats({1})})).error().code, Errc::unknown_model);
    EXPECT_EQ(answer_of(client, last), 10);
    EXPECT_TRUE(wait_until([&] { return daemon_.log().find("gone") != std::string::npos; }));
}

TEST_F(Reload, of_a_folder_that_cannot_be_read_changes_nothing) {
    write_toml("");
    reload(daemon_);
    fs::rename(daemon_.models(), daemon_.folder() / "aside");
    std::ofstream(daemon_.models()) << "no folder";
    const auto report = reload(daemon_);
    ASSERT_THAT(report, ElementsAre(entry("", "rejected")));
    EXPECT_THAT(report[0].problem, EndsWith("models: Not a directory"));
    TestClient client(daemon_.socket());
    EXPECT_EQ(answer_of(client, client.ask(job("m", {floats({1})}))), 2);
}

TEST_F(Reload, ignores_folders_that_are_hidden_or_hold_no_model) {
    daemon_.copy_model("crash", ".writing");
    fs::create_directory(daemon_.models() / "notes");
    write_toml("");
    EXPECT_THAT(reload(daemon_), ElementsAre(entry("m", "added"), entry("sleepy", "unchanged")));
}

TEST_F(Reload, of_many_at_once_answers_each) {
    write_toml("");
    TestClient client(daemon_.socket());
    std::vector<std::uint64_t> requests;
    for (int i = 0; i < 20; ++i)
        requests.push_back(client.ask(ipc::Reload{}));
    for (const std::uint64_t request : requests)
        EXPECT_EQ(client.answer(request).as<ipc::ReloadReport>().entries.size(), 2U);
}

TEST(Configuration, that_is_bad_at_a_reload_is_refused_and_changes_nothing) {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "samovard.toml";
    std::ofstream(file) << "drain = \"5s\"\n";
    const DaemonUnderTest daemon({.arguments = {"--config", file.string()}});
    daemon.copy_model("add");
    std::ofstream(file) << "drain = \"soon\"\n";
    const Error error = TestClient(daemon.socket()).call(ipc::Reload{}).error();
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, testing::StartsWith(file.string() + ":1: drain: "));
    EXPECT_THAT(error.hint, HasSubstr("until then the old configuration holds"));
    EXPECT_THAT(TestClient(daemon.socket()).get<ipc::ModelList>(ipc::ListModels{}).models,
                testing::IsEmpty())
        << "the models folder waits, too";
    std::ofstream(file) << "drain = \"6s\"\n";
    EXPECT_THAT(reload(daemon), ElementsAre(entry("add", "added")));
}

}  // namespace
}  // namespace samovar::tests
