// What repeats itself in the log.

#include "daemon/log/repeats.hpp"

#include <gmock/gmock.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "daemon/log/log.hpp"

namespace samovar::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kWarning = 3;

class RepeatsTest : public testing::Test {
  protected:
    bool passes(const std::string& line, int level = kWarning) {
        return repeats_.passes(line, level, now_);
    }
    // So often that no more pass.
    void exhaust(const std::string& line) {
        for (std::uint64_t i = 0; i < Repeats::kAtOnce; ++i)
            EXPECT_TRUE(passes(line));
    }
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const Repeats::Held& held : repeats_.over(now_))
            lines.push_back(in_words(held));
        return lines;
    }

    Repeats repeats_;
    Repeats::Time now_{1'000'000s};
};

TEST_F(RepeatsTest, pass_a_few_times_and_are_counted_then) {
    exhaust("listener: no descriptors");
    EXPECT_FALSE(passes("listener: no descriptors"));
    EXPECT_FALSE(passes("listener: no descriptors"));
    EXPECT_THAT(told(), IsEmpty());
    now_ += Repeats::kTerm;
    EXPECT_THAT(told(), ElementsAre("listener: no descriptors (2 more like it in 30 s)"));
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_TRUE(passes("listener: no descriptors"));
}

TEST_F(RepeatsTest, are_lines_that_differ_in_numbers_only) {
    exhaust("worker cpu pid 100: died: killed by signal 9");
    EXPECT_FALSE(passes("worker cpu pid 20731: died: killed by signal 11"));
    EXPECT_TRUE(passes("worker gpu pid 100: died: killed by signal 9"));
}

TEST_F(RepeatsTest, are_not_lines_of_another_level) {
    exhaust("model add: away");
    EXPECT_TRUE(passes("model add: away", kWarning + 1));
}

TEST_F(RepeatsTest, do_not_depend_on_what_a_client_calls_itself) {
    exhaust("session 1 uid=0 pid=1 samovar: malformed hello");
    EXPECT_FALSE(passes("session 2 uid=5 pid=9 another name: malformed hello"));
}

TEST_F(RepeatsTest, are_held_in_bounded_memory_whatever_is_logged) {
    std::size_t passed = 0;
    for (int i = 0; i < 10'000; ++i) {
        std::string letters;
        for (int rest = i; rest > 0; rest /= 26)
            letters += static_cast<char>('a' + rest % 26);
        passed += passes("model " + letters + ": rejected") ? 1 : 0;
    }
    EXPECT_LE(passed, Repeats::kMostKinds + Repeats::kAtOnce);
}

TEST_F(RepeatsTest, pass_again_after_a_clock_was_set_back) {
    exhaust("stopped");
    EXPECT_FALSE(passes("stopped"));
    now_ -= 1h;
    EXPECT_EQ(told().size(), 1U);
    EXPECT_TRUE(passes("stopped"));
}

// A logger whose lines end here.
std::string logged(const std::function<void(spdlog::logger&)>& write) {
    std::ostringstream text;
    auto last = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
    last->set_pattern("%v");
    spdlog::logger logger("x", without_repeats(last));
    logger.set_level(spdlog::level::debug);
    write(logger);
    logger.flush();
    return text.str();
}

TEST(TheLog, says_how_many_lines_it_has_left_out) {
    const std::string text = logged([](spdlog::logger& logger) {
        for (int i = 0; i < 20; ++i)
            logger.warn("worker cpu pid {}: slow", i);
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 6);
    EXPECT_NE(text.find("worker cpu pid 5: slow (15 more like it in 30 s)\n"), std::string::npos)
        << text;
}

TEST(TheLog, leaves_out_no_line_of_a_job) {
    const std::string text = logged([](spdlog::logger& logger) {
        for (int i = 0; i < 20; ++i)
            logger.debug("job {} uid=0 model=add: done", i);
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 20);
}

}  // namespace
}  // namespace samovar::daemon
