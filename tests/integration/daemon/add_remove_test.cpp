// `samovar add` and `samovar remove`: links in the models folder.

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class Registering : public testing::Test {
  protected:
    // A model folder outside of the models folder.
    fs::path folder_named(const std::string& name, const std::string& model = "add") const {
        const fs::path folder = daemon_.folder() / "elsewhere" / name;
        fs::create_directories(folder.parent_path());
        fs::copy(made_model(model), folder, fs::copy_options::recursive);
        return folder;
    }
    Answer add(const fs::path& folder) { return client_.call(ipc::AddModel{folder.string()}); }
    std::size_t links() const {
        const fs::directory_iterator begin(daemon_.models());
        return static_cast<std::size_t>(std::distance(begin, fs::directory_iterator()));
    }

    DaemonUnderTest daemon_;
    TestClient client_{daemon_.socket()};
};

TEST_F(Registering, a_folder_links_it_and_makes_it_callable) {
    const fs::path folder = folder_named("add");
    const auto report = add(folder).as<ipc::ReloadReport>();
    ASSERT_EQ(report.entries.size(), 1U);
    EXPECT_EQ(report.entries[0].model, "add");
    EXPECT_EQ(report.entries[0].outcome, "added");
    EXPECT_EQ(fs::read_symlink(daemon_.models() / "add"), folder);
    const auto done = client_.get<ipc::Done>(job("add", {floats({1}), floats({2})}));
    EXPECT_EQ(values_of<float>(done.outputs.at(0)).at(0), 3);
}

TEST_F(Registering, a_folder_with_a_slash_at_its_end_is_the_same) {
    add(folder_named("add").string() + "/").as<ipc::ReloadReport>();
    EXPECT_TRUE(fs::is_symlink(daemon_.models() / "add"));
}

TEST_F(Registering, the_same_folder_twice_is_refused_with_the_way_out) {
    const fs::path folder = folder_named("add");
    add(folder).as<ipc::ReloadReport>();
    const Error error = add(folder).error();
    EXPECT_EQ(error.code, Errc::model_exists);
    EXPECT_THAT(error.hint, HasSubstr("samovar remove add"));
}

TEST_F(Registering, a_name_that_another_folder_has_is_refused_and_leaves_no_link) {
    add(folder_named("add")).as<ipc::ReloadReport>();
    const Error error = add(folder_named("copy")).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("\"add\" is taken by"));
    EXPECT_EQ(links(), 1U);
    client_.get<ipc::Done>(job("add", {floats({1}), floats({2})}));
}

TEST_F(Registering, a_broken_folder_is_refused_and_leaves_no_link) {
    const fs::path folder = folder_named("broken");
    std::ofstream(folder / "model.toml") << "task = \"cook\"\n";
    const Error error = add(folder).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("model.toml"));
    EXPECT_EQ(links(), 0U);
    EXPECT_TRUE(client_.get<ipc::ModelList>(ipc::ListModels{}).models.empty());
}

TEST_F(Registering, a_folder_with_an_empty_artefact_is_refused_and_names_it) {
    const fs::path folder = folder_named("empty");
    fs::resize_file(folder / "model.pt", 0);
    const Error error = add(folder).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, StartsWith((folder / "model.pt").string() + ": is empty"));
    EXPECT_EQ(links(), 0U);
}

TEST_F(Registering, what_is_no_model_folder_is_refused) {
    for (const char* folder : {"/nowhere", "relative", "/", "", "/etc"})
        EXPECT_EQ(client_.call(ipc::AddModel{folder}).error().code, Errc::bad_model) << folder;
    EXPECT_EQ(client_.call(ipc::AddModel{folder_named(".hidden").string()}).error().code,
              Errc::bad_model);
    EXPECT_EQ(links(), 0U);
}

TEST_F(Registering, says_what_is_wrong_with_what_is_no_model_folder) {
    const fs::path folder = daemon_.folder() / "here";
    EXPECT_THAT(add(folder).error().message, HasSubstr("does not exist"));
    fs::create_directory(folder);
    EXPECT_THAT(add(folder).error().message, HasSubstr("holds no model.toml"));
    EXPECT_THAT(add(folder).error().hint, HasSubstr("samovar.export"));
    std::ofstream(folder / "model.toml") << "task = \"cook\"\n";
    EXPECT_THAT(add(folder / "model.toml").error().message, HasSubstr("is no folder"));
    EXPECT_THAT(add(folder).error().message, StartsWith((folder / "model.toml").string()));
}

TEST_F(Registering, under_a_name_that_is_taken_says_which_model_has_it) {
    const fs::path folder = folder_named("folder");
    add(folder).as<ipc::ReloadReport>();
    EXPECT_THAT(add(folder).error().hint, HasSubstr("samovar remove add"));
    daemon_.copy_model("sleepy");
    EXPECT_THAT(add(folder_named("sleepy")).error().hint, HasSubstr("rename"));
}

TEST_F(Registering, replaces_a_link_whose_folder_has_gone) {
    const fs::path folder = folder_named("add");
    add(folder).as<ipc::ReloadReport>();
    fs::remove_all(folder);
    client_.get<ipc::ReloadReport>(ipc::Reload{});
    add(folder_named("add")).as<ipc::ReloadReport>();
    EXPECT_EQ(links(), 1U);
}

TEST_F(Registering, a_link_whose_folder_has_gone_can_be_undone) {
    const fs::path folder = folder_named("add");
    add(folder).as<ipc::ReloadReport>();
    fs::remove_all(folder);
    client_.get<ipc::ReloadReport>(ipc::Reload{});
    client_.get<ipc::Ok>(ipc::RemoveModel{"add"});
    EXPECT_EQ(links(), 0U);
    EXPECT_EQ(client_.call(ipc::RemoveModel{"add"}).error().code, Errc::unknown_model);
    EXPECT_EQ(client_.call(ipc::RemoveModel{"../models"}).error().code, Errc::unknown_model);
}

TEST_F(Registering, makes_the_models_folder_where_there_is_none) {
    fs::remove(daemon_.models());
    add(folder_named("add")).as<ipc::ReloadReport>();
}

TEST_F(Registering, can_be_undone_and_keeps_the_folder) {
    const fs::path folder = folder_named("add");
    add(folder).as<ipc::ReloadReport>();
    client_.get<ipc::Ok>(ipc::RemoveModel{"add"});
    EXPECT_EQ(links(), 0U);
    EXPECT_TRUE(fs::exists(folder / "model.pt"));
    EXPECT_EQ(client_.call(job("add", {})).error().code, Errc::unknown_model);
}

TEST_F(Registering, does_not_remove_a_real_folder) {
    daemon_.copy_model("add");
    client_.get<ipc::ReloadReport>(ipc::Reload{});
    const Error error = client_.call(ipc::RemoveModel{"add"}).error();
    EXPECT_EQ(error.code, Errc::not_permitted);
    EXPECT_THAT(error.hint, HasSubstr("samovar reload"));
    EXPECT_TRUE(fs::exists(daemon_.models() / "add" / "model.pt"));
}

TEST_F(Registering, does_not_remove_what_is_not_there) {
    EXPECT_EQ(client_.call(ipc::RemoveModel{"add"}).error().code, Errc::unknown_model);
}

TEST_F(Registering, gives_the_file_line_and_key_of_a_broken_link_back_when_it_is_removed) {
    const fs::path folder = folder_named("add");
    add(folder).as<ipc::ReloadReport>();
    const std::string text = text_of(folder / "model.toml");
    std::ofstream(folder / "model.toml") << "x = 1\n" << text;
    client_.get<ipc::ReloadReport>(ipc::Reload{});
    EXPECT_THAT(daemon_.model("add").problem, HasSubstr("x: is not a known key here"));
    client_.get<ipc::Ok>(ipc::RemoveModel{"add"});
}

}  // namespace
}  // namespace samovar::tests
