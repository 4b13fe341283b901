// What a scan changes.

#include "daemon/models/registry.hpp"

#include <gmock/gmock.h>

#include "ipc/wire/frame.hpp"

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Candidate candidate(const std::string& name, const std::string& version,
                    const std::string& folder = "") {
    Candidate candidate;
    candidate.file.name = name;
    candidate.folder = "/models/" + (folder.empty() ? name : folder);
    candidate.version = version;
    candidate.device = "cpu";
    candidate.hashes = {"hash of " + version};
    return candidate;
}
Rejected rejected(const std::string& folder, const std::string& problem = "a fault") {
    return {"/models/" + folder, problem};
}
Scan scan(std::vector<Candidate> candidates, std::vector<Rejected> rejects = {}) {
    return {std::move(candidates), std::move(rejects), false, ""};
}
// "a added, b rejected"
std::string words(const Registry::Outcome& outcome) {
    std::string text;
    for (const ipc::ReloadEntry& entry : outcome.report.entries)
        text += (text.empty() ? "" : ", ") + entry.model + " " + entry.outcome;
    return text;
}

class Applying : public testing::Test {
  protected:
    Registry::Outcome apply(std::vector<Candidate> candidates, std::vector<Rejected> rejects = {}) {
        return registry_.apply(scan(std::move(candidates), std::move(rejects)));
    }
    Registry registry_;
};

TEST_F(Applying, adds_changes_and_removes) {
    const auto first = apply({candidate("a", "1"), candidate("b", "1")});
    EXPECT_EQ(words(first), "a added, b added");
    ASSERT_EQ(first.changes.size(), 2U);
    EXPECT_EQ(first.changes[0].retired, nullptr);
    const ModelPtr old = *registry_.find("a");

    const auto second = apply({candidate("a", "2"), candidate("c", "1")});
    EXPECT_EQ(words(second), "a changed, b removed, c added");
    EXPECT_NE((*registry_.find("a"))->id, old->id);
    EXPECT_EQ((*registry_.find("a"))->version, "2");
    EXPECT_EQ(registry_.find("b").error().code, Errc::unknown_model);
    // Whoever holds the old version still has it.
    EXPECT_EQ(old->version, "1");
}

TEST_F(Applying, leaves_what_has_not_changed) {
    apply({candidate("a", "1")});
    const ModelPtr before = *registry_.find("a");
    const auto outcome = apply({candidate("a", "1")});
    EXPECT_EQ(words(outcome), "a unchanged");
    EXPECT_TRUE(outcome.changes.empty());
    EXPECT_EQ(*registry_.find("a"), before);
}

TEST_F(Applying, takes_another_device_or_another_folder_for_a_change) {
    apply({candidate("a", "1")});
    Candidate moved = candidate("a", "1");
    moved.device = "cuda:0";
    EXPECT_EQ(words(apply({moved})), "a changed");
    EXPECT_EQ((*registry_.find("a"))->worker, "cuda:0");
    moved.folder = "/models/elsewhere";
    EXPECT_EQ(words(apply({moved})), "a changed");
}

TEST_F(Applying, keeps_the_version_that_a_broken_folder_had) {
    apply({candidate("a", "1")});
    const auto outcome = apply({}, {rejected("a", "line 1: no")});
    EXPECT_EQ(words(outcome), "a rejected");
    EXPECT_TRUE(outcome.changes.empty());
    EXPECT_EQ((*registry_.find("a"))->version, "1");
    EXPECT_EQ(registry_.entries().at("a").problem, "line 1: no");
    apply({candidate("a", "1")});
    EXPECT_EQ(registry_.entries().at("a").problem, "");
}

TEST_F(Applying, keeps_it_also_where_folder_and_model_have_different_names) {
    apply({candidate("a", "1", "folder")});
    EXPECT_EQ(words(apply({}, {rejected("folder")})), "a rejected");
    EXPECT_TRUE(registry_.find("a"));
    EXPECT_EQ(words(apply({}, {rejected("folder")})), "a rejected");
    EXPECT_TRUE(registry_.find("a"));
}

TEST_F(Applying, lists_a_folder_that_was_never_good_with_its_problem) {
    EXPECT_EQ(words(apply({}, {rejected("a", "line 1: no")})), "a rejected");
    const Error error = registry_.find("a").error();
    EXPECT_EQ(error.code, Errc::bad_model);
    EXPECT_THAT(error.message, HasSubstr("line 1: no"));
    EXPECT_EQ(words(apply({})), "a removed");
    EXPECT_EQ(registry_.find("a").error().code, Errc::unknown_model);
}

TEST_F(Applying, lets_no_broken_folder_hide_the_model_whose_name_it_bears) {
    apply({candidate("a", "1", "folder")});
    EXPECT_EQ(words(apply({candidate("a", "1", "folder")}, {rejected("a")})),
              "a rejected, a unchanged");
    EXPECT_EQ(registry_.entries().at("a").problem, "");
    EXPECT_EQ(registry_.entries().at("a").folder, "/models/folder");
}

TEST_F(Applying, lets_no_broken_folder_keep_a_model_whose_own_folder_is_gone) {
    apply({candidate("a", "1", "folder")});
    const auto outcome = apply({}, {rejected("a")});
    EXPECT_EQ(words(outcome), "a removed, a rejected");
    ASSERT_EQ(outcome.changes.size(), 1U);
    EXPECT_NE(outcome.changes[0].retired, nullptr);
    EXPECT_EQ(registry_.find("a").error().code, Errc::bad_model);
}

TEST_F(Applying, hands_a_name_over_from_a_broken_folder_to_a_good_one) {
    apply({candidate("a", "1", "old")});
    apply({candidate("a", "2", "new")}, {rejected("old")});
    EXPECT_EQ((*registry_.find("a"))->version, "2");
    EXPECT_EQ(registry_.entries().at("a").folder, "/models/new");
    EXPECT_EQ(registry_.entries().at("a").problem, "");
}

TEST_F(Applying, changes_nothing_where_the_directory_could_not_be_read) {
    apply({candidate("a", "1")});
    Scan unread;
    unread.fault = "/models: Permission denied";
    const auto outcome = registry_.apply(std::move(unread));
    EXPECT_EQ(words(outcome), " rejected");
    EXPECT_EQ(outcome.report.entries[0].problem, "/models: Permission denied");
    EXPECT_TRUE(outcome.changes.empty());
    EXPECT_TRUE(registry_.find("a"));
}

TEST_F(Applying, makes_reports_that_fit_their_message) {
    std::vector<Rejected> many;
    for (std::size_t i = 0; i < 2 * kMaxModels + 10; ++i)
        many.push_back(rejected(std::string(200, 'x') + std::to_string(i), std::string(5000, 'y')));
    const auto outcome = apply({}, std::move(many));
    EXPECT_LE(outcome.report.entries.size(), 2 * kMaxModels);
    EXPECT_TRUE(ipc::encode(outcome.report, 1));
}

TEST_F(Applying, names_a_worker_after_the_model_where_it_has_one_of_its_own) {
    Candidate own = candidate("a", "1");
    own.file.own_worker = true;
    apply({own});
    EXPECT_EQ((*registry_.find("a"))->worker, "cpu/a");
}

TEST_F(Applying, refuses_to_find_what_this_machine_cannot_run) {
    Candidate unusable = candidate("a", "1");
    unusable.unusable = {Errc::no_device, "no GPU", "buy one", 0, 0};
    apply({unusable});
    EXPECT_EQ(registry_.find("a").error(), (Error{Errc::no_device, "no GPU", "buy one", 0, 0}));
}

TEST_F(Applying, says_how_a_first_model_comes_where_there_is_none) {
    EXPECT_THAT(registry_.find("a").error().hint, HasSubstr("samovar add"));
    apply({candidate("b", "1")});
    EXPECT_THAT(registry_.find("a").error().hint, HasSubstr("samovar models"));
}

TEST_F(Applying, knows_what_is_used_in_the_store) {
    apply({candidate("a", "1"), candidate("b", "2")}, {rejected("c")});
    EXPECT_THAT(registry_.used(), ElementsAre("hash of 1", "hash of 2"));
}

}  // namespace
}  // namespace samovar::daemon
