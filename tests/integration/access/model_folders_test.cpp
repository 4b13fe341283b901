// Which model folders a daemon of root takes. Only root can have one.
// this.

#include "tests/integration/access/with_policy.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ModelFolders : public WithPolicy {
  protected:
    ModelFolders() : WithPolicy("") {}

    fs::path folder() const { return daemon.models() / "mine"; }
    void make() { daemon.copy_model("add", "mine"); }
    void append(const std::string& lines) const {
        std::ofstream(folder() / "model.toml", std::ios::app) << lines;
    }
    // What a reload says of the model that is in that folder: "added: ", "rejected: PROBLEM".
    std::string reloaded() {
        for (const auto& entry : root.get<ipc::ReloadReport>(ipc::Reload{}).entries)
            if (entry.model == "mine") return entry.outcome + ": " + entry.problem;
        return "";
    }
    void name_it() const {
        // The copy has the name of the model that it was copied from.
        std::string text = text_of(folder() / "model.toml");
        text.replace(text.find("name = \"add\""), 12, "name = \"mine\"");
        std::ofstream(folder() / "model.toml") << text;
    }
};

TEST_F(ModelFolders, that_anybody_may_write_are_refused_until_mended) {
    make();
    name_it();
    fs::permissions(folder(), fs::perms::others_write, fs::perm_options::add);
    EXPECT_EQ(reloaded(), "rejected: " + folder().string() +
                              ": anybody may write it (mode 0757), and code from there would run "
                              "as user 0; chmod o-w " +
                              folder().string());
    fs::permissions(folder(), fs::perms::others_write, fs::perm_options::remove);
    EXPECT_EQ(reloaded(), "added: ");
}

TEST_F(ModelFolders, below_one_that_anybody_may_write_cannot_be_added) {
    const fs::path open = daemon.folder() / "open";
    fs::create_directory(open);
    fs::copy(made_model("add"), open / "mine", fs::copy_options::recursive);
    fs::permissions(open, fs::perms::others_write, fs::perm_options::add);
    const Error error = root.call(ipc::AddModel{(open / "mine").string()}).error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr(open.string() + ": anybody may write it"));
    EXPECT_FALSE(fs::exists(fs::symlink_status(folder()))) << "the link is gone again";
}

TEST_F(ModelFolders, with_a_file_of_another_sum_keep_the_version_they_had) {
    make();
    name_it();
    EXPECT_EQ(reloaded(), "added: ");
    append("\n[sha256]\n\"model.pt\" = \"" + std::string(64, '0') + "\"\n");
    EXPECT_THAT(reloaded(), testing::MatchesRegex("rejected: .*model.pt: its SHA-256 is "
                                                  "[0-9a-f]{64}, where model.toml says 0{64}; .*"));
    EXPECT_EQ(told(root, job("mine", {floats({1}), floats({2})})), "done");
}

}  // namespace
}  // namespace samovar::tests
