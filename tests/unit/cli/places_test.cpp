#include "client/cli/run/places.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/process.hpp"
#include "tests/unit/cli/sample_models.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;

class PlacesOfResults : public testing::Test {
  protected:
    std::string at(const std::string& name) const { return (folder_.path() / name).string(); }
    void touch(const std::string& name) const { std::ofstream(at(name)).put('x'); }
    static RunRequest request(std::vector<std::string> files, std::string out) {
        RunRequest made;
        made.model = "selfie";
        made.files = std::move(files);
        made.out = std::move(out);
        return made;
    }
    static Places make(const RunRequest& wanted, const ModelInfo& model = cutting()) {
        Result<Places> places = Places::make(wanted, model);
        EXPECT_TRUE(places) << places.error().message;
        return places ? std::move(*places) : Places();
    }
    static std::string refusal(const RunRequest& wanted, const ModelInfo& model = cutting()) {
        const Result<Places> places = Places::make(wanted, model);
        if (places) return "taken";
        EXPECT_EQ(places.error().code, Errc::invalid_argument);
        EXPECT_FALSE(places.error().hint.empty());
        return places.error().message;
    }

  private:
    tests::TemporaryFolder folder_;
};

TEST_F(PlacesOfResults, WithoutAWordResultsGoToTheCurrentFolder) {
    const Places places = make(request({"photos/me.large.jpg", "you"}, ""));
    EXPECT_EQ(places.kind(), Places::Kind::unsaid);
    EXPECT_EQ(places.path(0, "cutout", ".png"), "me.large-selfie.png");
    EXPECT_EQ(places.path(1, "cutout", ".png"), "you-selfie.png");
}

TEST_F(PlacesOfResults, AJobWithoutAFileIsNamedByItsModel) {
    EXPECT_EQ(make(request({}, "")).path(0, "output", ".npy"), "selfie.npy");
    EXPECT_EQ(make(request({"-"}, "")).path(0, "output", ".npy"), "stdin-selfie.npy");
}

TEST_F(PlacesOfResults, SeveralOutputsAddTheirNames) {
    const Places places = make(request({"a.npy"}, ""), splitting());
    EXPECT_EQ(places.path(0, "rest", ".npy"), "a-selfie-rest.npy");
    EXPECT_EQ(places.path(0, "../../etc/x", ".npy"), "a-selfie-.._.._etc_x.npy")
        << "a daemon's word does not leave the folder";
}

TEST_F(PlacesOfResults, AFolderIsOneThatExistsOrEndsWithASlash) {
    fs::create_directory(at("old"));
    EXPECT_EQ(make(request({"a.jpg"}, at("old"))).path(0, "", ".png"), at("old/a-selfie.png"));
    EXPECT_EQ(make(request({"a.jpg"}, at("new/"))).path(0, "", ".png"), at("new/a-selfie.png"));
    EXPECT_TRUE(fs::is_directory(at("new")));
    EXPECT_EQ(make(request({"a.jpg"}, at("x.png"))).kind(), Places::Kind::file);
}

TEST_F(PlacesOfResults, SeveralFilesGoToAFolderHoweverItIsWritten) {
    const Places places = make(request({"a.jpg", "b.jpg"}, at("deep/new")));
    EXPECT_EQ(places.kind(), Places::Kind::folder);
    EXPECT_EQ(places.path(1, "", ".png"), at("deep/new/b-selfie.png"));
    EXPECT_TRUE(fs::is_directory(at("deep/new")));
}

TEST_F(PlacesOfResults, AFolderThatCannotBeMadeIsNoMatterOfUsage) {
    touch("file");
    const Result<Places> places = Places::make(request({"a.jpg", "b.jpg"}, at("file")), cutting());
    ASSERT_FALSE(places);
    EXPECT_EQ(places.error().code, Errc::io);
    EXPECT_NE(places.error().message.find(at("file")), std::string::npos);
}

TEST_F(PlacesOfResults, AFolderThatIsNotThereIsNamedWithAWayOut) {
    const Result<Places> places = Places::make(request({"a.jpg"}, at("no/b.png")), cutting());
    ASSERT_FALSE(places);
    EXPECT_EQ(places.error().code, Errc::io);
    EXPECT_EQ(places.error().message, "-o " + at("no/b.png") + ": there is no folder " + at("no"));
    EXPECT_NE(places.error().hint.find("`mkdir -p " + at("no") + "`"), std::string::npos);
    EXPECT_FALSE(fs::exists(at("no")));
}

TEST_F(PlacesOfResults, AFileIsNotTakenForAFolder) {
    touch("file");
    const auto error = [&](const std::string& out) {
        return Places::make(request({"a.jpg"}, at(out)), cutting()).error();
    };
    EXPECT_EQ(error("file/").message,
              "-o " + at("file/") + ": " + at("file") + " is a file, and no folder");
    EXPECT_EQ(error("file/").hint,
              "-o " + at("file") + " replaces it; a folder needs another name");
    EXPECT_EQ(error("file/b.png").message,
              "-o " + at("file/b.png") + ": " + at("file") + " is no folder");
}

TEST_F(PlacesOfResults, ResultsOfOneNameAreRefused) {
    EXPECT_EQ(refusal(request({"a/x.jpg", "b/x.jpg"}, "")),
              "the results of a/x.jpg and b/x.jpg would have the same name, x-selfie.png");
    EXPECT_EQ(refusal(request({"x.jpg", "x.png"}, at("out/"))),
              "the results of x.jpg and x.png would have the same name, " + at("out/x-selfie.png"));
}

TEST_F(PlacesOfResults, AnInputIsNeverReplaced) {
    touch("me.png");
    touch("you-selfie.png");
    touch("you.png");
    EXPECT_EQ(refusal(request({at("me.png")}, at("me.png"))),
              "the result " + at("me.png") + " would replace the input " + at("me.png"));
    fs::create_symlink("me.png", at("link.png"));
    EXPECT_NE(refusal(request({at("me.png")}, at("link.png"))), "taken") << "by another way";
    fs::create_hard_link(at("me.png"), at("hard.png"));
    EXPECT_NE(refusal(request({at("me.png")}, at("hard.png"))), "taken");
    EXPECT_NE(refusal(request({at("you.png"), at("you-selfie.png")}, at(""))), "taken")
        << "one file's result, another's input";
    RunRequest named = request({}, at("me.png"));
    named.inputs = {{"image", at("me.png")}};
    EXPECT_NE(refusal(named), "taken") << "an input by name";
}

TEST_F(PlacesOfResults, AnEarlierResultMayBeReplaced) {
    touch("me.png");
    touch("me-selfie.png");
    EXPECT_EQ(refusal(request({at("me.png")}, at(""))), "taken");
}

TEST_F(PlacesOfResults, OneFileHoldsOneResult) {
    EXPECT_EQ(refusal(request({"a.jpg", "b.jpg"}, "-")), "2 files do not go to standard output");
    EXPECT_EQ(refusal(request({"a.npy"}, "x.npy"), splitting()),
              "selfie gives 2 outputs, and -o x.npy holds one");
    EXPECT_EQ(refusal(request({"a.npy"}, "-"), splitting()),
              "selfie gives 2 outputs, and -o - holds one");
    EXPECT_EQ(make(request({"a.jpg"}, "-")).kind(), Places::Kind::standard);
}

TEST_F(PlacesOfResults, ANameThatWouldLieIsRefused) {
    EXPECT_EQ(refusal(request({"a.png"}, at("b.JPG"))),
              "pictures are written as PNG or JPEG, and " + at("b.JPG") + " says otherwise");
    EXPECT_EQ(refusal(request({"a.png"}, at("b.json"))),
              "arrays are written as .npy, and " + at("b.json") + " says otherwise");
    for (const char* fine : {"b.png", "b.PNG", "b.npy", "b", "b.out"})
        EXPECT_EQ(refusal(request({"a.png"}, at(fine))), "taken") << fine;
}

}  // namespace
}  // namespace samovar::cli
