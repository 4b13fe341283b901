// The files of the state folder that lines are added to.

#include "daemon/residency/state_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;

class Lines : public testing::Test {
  protected:
    LineFile open() const { return LineFile::open(folder_.path(), "some").value(); }
    fs::path path() const { return folder_.path() / "some.jsonl"; }
    static std::vector<std::string> all(const LineFile& file) {
        std::vector<std::string> lines;
        file.read([&](const std::string& line) { lines.push_back(line); });
        return lines;
    }

    tests::TemporaryFolder folder_;
};

TEST_F(Lines, are_added_to_those_of_before) {
    open().add("one\ntwo\n").value();
    LineFile file = open();
    file.add("three\n").value();
    EXPECT_THAT(all(file), ElementsAre("one", "two", "three"));
}

TEST_F(Lines, do_not_go_on_where_one_was_cut_off) {
    std::ofstream(path()) << "whole\ncut o";
    LineFile file = open();
    file.add("next\n").value();
    EXPECT_THAT(all(file), ElementsAre("whole", "cut o", "next"));
}

TEST_F(Lines, are_begun_anew_in_another_file_and_those_of_the_last_are_kept) {
    LineFile file = open();
    const std::string half(LineFile::kMostBytes / 2, 'x');
    for (const char* mark : {"1", "2", "3", "4", "5"})
        file.add(mark + half + "\n").value();
    EXPECT_THAT(all(file), testing::SizeIs(2)) << "each takes more than half a file";
    EXPECT_EQ(all(file).back().front(), '5');
    EXPECT_LE(fs::file_size(path()), LineFile::kMostBytes);
}

TEST_F(Lines, cannot_be_added_where_the_folder_is_gone) {
    LineFile file = open();
    file.add(std::string(LineFile::kMostBytes, 'x') + "\n").value();
    fs::remove_all(folder_.path());
    EXPECT_EQ(file.add("y\n").error().code, Errc::io);
}

ipc::Event minute(const std::string& model, std::uint64_t calls) {
    ipc::Event event;
    event.at_ms = 60'000;
    event.model = model;
    event.calls = calls;
    return event;
}

std::vector<ipc::Event> calls_of(const StateFolder& state) {
    std::vector<ipc::Event> calls;
    state.read_calls([&](const ipc::Event& each) { calls.push_back(each); });
    return calls;
}

TEST(StateFolder, keeps_calls_apart_from_moves) {
    const tests::TemporaryFolder folder;
    ipc::Event move;
    move.at_ms = 7;
    move.model = "add";
    move.to = ipc::Residency::hot;
    move.cause = "demand";
    {
        StateFolder state = StateFolder::open(folder.path()).value();
        state.write_event(move).value();
        state.write_calls({minute("add", 3), minute("odd \"name\"", 1)}).value();
    }
    const StateFolder state = StateFolder::open(folder.path()).value();
    const auto calls = calls_of(state);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0].model, "add");
    EXPECT_EQ(calls[0].at_ms, 60'000U);
    EXPECT_EQ(calls[0].calls, 3U);
    EXPECT_EQ(calls[1].model, "odd \"name\"");
    const auto events = state.read_events(10);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].cause, "demand");
}

TEST(StateFolder, reads_over_what_is_no_line_of_its_own) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.path() / "calls.jsonl")
        << "{\"at_ms\":60000,\"model\":\"a\",\"calls\":2}\n"
           "{\"at_ms\":60000,\"mod\n"
           "{\"at_ms\":60000,\"model\":\"a\",\"calls\":-2}\n"
           "{\"at_ms\":60000,\"model\":\"a\",\"calls\":0}\n"
           "{\"at_ms\":\"now\",\"model\":\"a\",\"calls\":1}\n"
           "[]\n"
           "{\"at_ms\":60001,\"model\":\"a\",\"calls\":1}\n"
           "{\"at_ms\":600000000000000000,\"model\":\"a\",\"calls\":1}\n"
           "{\"at_ms\":60000,\"model\":\"a\",\"calls\":4294967296}\n"
           "{\"at_ms\":60000,\"model\":\"\",\"calls\":1}\n"
           "{\"at_ms\":120000,\"model\":\"a\",\"calls\":4}\n";
    const StateFolder state = StateFolder::open(folder.path()).value();
    const auto calls = calls_of(state);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0].calls, 2U);
    EXPECT_EQ(calls[1].calls, 4U);
}

}  // namespace
}  // namespace samovar::daemon
