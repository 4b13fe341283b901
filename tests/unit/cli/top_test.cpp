// What `samovar top` draws, and what its keys do.

#include "client/cli/top/view.hpp"

#include <gmock/gmock.h>

namespace samovar::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Stream kPlain{.terminal = true, .colours = false};

ModelStatus model(const std::string& name, Residency residency, std::uint64_t bytes,
                  std::uint64_t uses) {
    ModelStatus status;
    status.name = name;
    status.residency = residency;
    status.device = "cpu";
    status.device_bytes = bytes;
    status.uses = uses;
    return status;
}

class TopKeys : public testing::Test {
  protected:
    TopKeys() {
        DaemonStatus status;
        status.daemon = "samovard 0.1.0";
        status.models = {model("beta", Residency::cold, 0, 9),
                         model("alpha", Residency::parked, 5, 1),
                         model("gamma", Residency::hot, 7, 3)};
        view.take(status);
    }
    std::vector<std::string> lines(ScreenSize size = {200, 24}) const {
        std::vector<std::string> all(1);
        for (const char c : view.draw(size, kPlain)) {
            if (c == '\n')
                all.emplace_back();
            else
                all.back() += c;
        }
        return all;
    }
    // The names in their order, with a star before the chosen one.
    std::vector<std::string> rows() const {
        std::vector<std::string> names;
        for (const std::string& line : lines())
            for (const char* name : {"alpha", "beta", "gamma"})
                if (line.find(std::string(" ") + name + " ") == 1)
                    names.push_back((line[0] == '>' ? "*" : "") + std::string(name));
        return names;
    }

    TopView view;
};

TEST_F(TopKeys, ChooseAModelAndStopAtTheEnds) {
    EXPECT_THAT(rows(), ElementsAre("*alpha", "beta", "gamma"));
    view.press(Key::up);
    EXPECT_THAT(rows(), ElementsAre("*alpha", "beta", "gamma"));
    for (int i = 0; i < 5; ++i)
        view.press(Key::down);
    EXPECT_THAT(rows(), ElementsAre("alpha", "beta", "*gamma"));
}

TEST_F(TopKeys, SortAndTurnRound) {
    view.press(Key::sort);
    EXPECT_THAT(rows(), ElementsAre("*gamma", "alpha", "beta")) << "by state";
    view.press(Key::sort);
    EXPECT_THAT(rows(), ElementsAre("*gamma", "alpha", "beta")) << "by bytes";
    view.press(Key::sort);
    EXPECT_THAT(rows(), ElementsAre("*beta", "gamma", "alpha")) << "by uses";
    view.press(Key::reverse);
    EXPECT_THAT(rows(), ElementsAre("*alpha", "gamma", "beta"));
    EXPECT_THAT(lines()[1], HasSubstr("by uses, reversed"));
}

TEST_F(TopKeys, KeepTheChosenModelWhereverItsRowGoes) {
    view.press(Key::down);
    EXPECT_THAT(rows(), ElementsAre("alpha", "*beta", "gamma"));
    for (int i = 0; i < 3; ++i)
        view.press(Key::sort);
    EXPECT_THAT(rows(), ElementsAre("*beta", "gamma", "alpha"));
}

TEST_F(TopKeys, WantSomethingOfTheChosenModel) {
    view.press(Key::down);
    const auto wanted = view.press(Key::unload);
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->model, "beta");
    EXPECT_EQ(wanted->wish, Wish::unload);
    EXPECT_EQ(view.press(Key::park)->wish, Wish::park);
    EXPECT_EQ(view.press(Key::load)->wish, Wish::load);
    view.take({});
    EXPECT_FALSE(view.press(Key::unload)) << "there is none";
}

TEST_F(TopKeys, AreReadFromWhatATerminalSends) {
    std::string typed = "\x1b[A\x1bOBjkx\x1b[5~uq\x03";
    std::vector<Key> keys;
    while (!typed.empty())
        keys.push_back(take_key(typed));
    EXPECT_THAT(keys, ElementsAre(Key::up, Key::down, Key::down, Key::up, Key::none, Key::none,
                                  Key::unload, Key::quit, Key::quit));
}

TEST_F(TopKeys, AreNotWaitedForWhereASequenceIsCut) {
    std::string typed = "\x1b[";
    EXPECT_EQ(take_key(typed), Key::none);
    EXPECT_EQ(typed, "");
}

TEST_F(TopKeys, AndRowsFitTheScreen) {
    for (const ScreenSize size : {ScreenSize{40, 8}, ScreenSize{1, 1}, ScreenSize{80, 5}}) {
        EXPECT_LE(lines(size).size(), size.rows);
        for (const std::string& line : lines(size))
            EXPECT_LE(line.size(), size.columns);
    }
    // Seven lines around one row: it is the chosen one.
    view.press(Key::down);
    const std::string small = view.draw({80, 7}, kPlain);
    EXPECT_THAT(small, HasSubstr("> beta"));
    EXPECT_THAT(small, Not(HasSubstr("alpha")));
}

TEST_F(TopKeys, AndDevicesStandAboveTheRows) {
    DaemonStatus status;
    DeviceStatus cpu, gpu;
    cpu.name = "cpu";
    cpu.total = 24'000'000'000;
    cpu.free = 20'000'000'000;
    gpu.name = "cuda:0";
    gpu.held = 3'000'000'000;
    gpu.limit = 8'000'000'000;
    gpu.lent = 1'000'000'000;
    gpu.problem = "no driver";
    status.devices = {cpu, gpu};
    status.parked = 5'000'000;
    view.take(status);
    const std::vector<std::string> shown = lines();
    EXPECT_THAT(shown[1], HasSubstr("DEVICE  MODELS HOLD"));
    EXPECT_THAT(shown[2], testing::ContainsRegex("cpu +0 B +- +20.0 GB +24.0 GB +-"));
    EXPECT_THAT(shown[3],
                testing::ContainsRegex("cuda:0 +3.0 GB +8.0 GB +[?] +[?] +1.0 GB +no driver"));
    EXPECT_EQ(shown[4], "parked in the host's memory: 5.0 MB of all that there is");
}

TEST_F(TopKeys, AndColoursHaveNoWidth) {
    const std::string text = view.draw({8, 24}, {.terminal = true, .colours = true});
    EXPECT_THAT(text, HasSubstr("> \x1b[1malpha\x1b[0m"));
}

}  // namespace
}  // namespace samovar::cli
