// A wall clock that is set, and processes that sleep: durations run on the steady clock, the
// calendar on the wall's, and no job is lost.

#include <gmock/gmock.h>
#include <signal.h>

#include <array>
#include <thread>

#include "ipc/wire/residency_messages.hpp"
#include "tests/support/daemon_under_test.hpp"
#include "tests/support/fault_board.hpp"

namespace samovar::tests {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using ipc::Residency;
using testing::HasSubstr;

constexpr const char* kWasSet = "the clock was set, or the machine slept";

class Clocks : public testing::Test {
  protected:
    // "add" under these rules, and what the daemon takes for the time of day begins at `start`.
    void begin(const std::string& rules, seconds time_of_day = 12h) {
        const auto now = system_clock::now();
        wall = floor<days>(now) + 24h + time_of_day - now;
        board.set_wall_ahead(wall);
        daemon.copy_model("add");
        daemon.set_rules("add", rules);
        client.get<ipc::ReloadReport>(ipc::Reload{});
        daemon.pass(1s);
    }
    // Somebody sets the clock; the daemon sees it within a minute.
    void set_clock(nanoseconds by) {
        wall += by;
        board.set_wall_ahead(wall);
        daemon.pass(1min);
    }
    void add() {
        const auto done =
            client.get<ipc::Done>(job("add", {floats({3, 4, 5}), floats({10, 20, 30})}));
        EXPECT_EQ(values_of<float>(done.outputs.at(0)), (std::vector<float>{13, 24, 35}));
    }
    Residency residency() const { return daemon.model("add").residency; }
    bool comes_to(Residency rung) {
        return wait_until([&] { return residency() == rung; });
    }
    std::vector<ipc::Event> events() {
        std::vector<ipc::Event> all;
        const std::uint64_t request = client.ask(ipc::WatchEvents{});
        for (;;) {
            const Answer answer = client.answer(request);
            if (!answer.is<ipc::Event>()) return all;
            all.push_back(answer.as<ipc::Event>());
        }
    }

    TemporaryFolder folder;
    FaultBoard board{folder.path()};
    nanoseconds wall{};
    DaemonUnderTest daemon{{.environment = board.environment(), .given_clock = true}};
    TestClient client{daemon.socket()};
};

TEST_F(Clocks, that_are_set_leave_keep_alives_and_jobs_alone) {
    begin("keep_alive = \"10m\"\n");
    add();
    for (const nanoseconds jump : {nanoseconds(1h), nanoseconds(-1h), nanoseconds(24h),
                                   nanoseconds(-48h), nanoseconds(2h)}) {
        set_clock(jump);
        EXPECT_EQ(residency(), Residency::hot) << "five minutes have passed";
    }
    EXPECT_THAT(daemon.log(), HasSubstr(kWasSet));
    daemon.pass(4min);
    EXPECT_EQ(residency(), Residency::hot);
    daemon.pass(1min);
    EXPECT_TRUE(comes_to(Residency::cold));
    add();
}

TEST_F(Clocks, that_are_set_into_a_window_or_out_of_it_are_believed) {
    begin("keep_alive = \"0\"\nhot = \"14:00-18:00 UTC\"\n");
    EXPECT_EQ(residency(), Residency::cold);
    set_clock(3h);
    EXPECT_TRUE(comes_to(Residency::hot));
    set_clock(-3h);
    EXPECT_TRUE(comes_to(Residency::cold));
    set_clock(27h);
    EXPECT_TRUE(comes_to(Residency::hot)) << "the day after";
}

TEST_F(Clocks, that_are_set_over_an_entry_make_up_for_it_once) {
    begin("keep_alive = \"5m\"\nwarm = \"0 14 * * * UTC\"\n");
    set_clock(3 * 24h + 3h);
    EXPECT_TRUE(comes_to(Residency::hot)) << "three entries, one warm-up";
    daemon.pass(5min);
    EXPECT_TRUE(comes_to(Residency::cold));
    daemon.pass(5min);
    EXPECT_EQ(residency(), Residency::cold);
}

TEST_F(Clocks, that_are_set_over_a_release_release_what_was_used_before) {
    begin("keep_alive = \"forever\"\nrelease = \"0 19 * * * UTC\"\n");
    add();
    set_clock(6h);
    EXPECT_EQ(residency(), Residency::hot);
    set_clock(2h);
    EXPECT_TRUE(comes_to(Residency::cold));
}

TEST_F(Clocks, that_are_set_back_have_an_entry_come_again) {
    begin("keep_alive = \"5m\"\nwarm = \"0 14 * * * UTC\"\n", 13h + 59min);
    daemon.pass(1min);
    EXPECT_TRUE(comes_to(Residency::hot));
    set_clock(-1h);
    daemon.pass(5min);
    EXPECT_TRUE(comes_to(Residency::cold));
    daemon.pass(55min);
    EXPECT_TRUE(comes_to(Residency::hot)) << "as its documentation says: it reads two o'clock";
}

TEST_F(Clocks, that_are_set_back_and_forth_keep_events_in_the_order_in_which_they_happened) {
    begin("keep_alive = \"1m\"\n");
    for (const nanoseconds jump : {nanoseconds(1h), nanoseconds(-5h), nanoseconds(24h)}) {
        add();
        daemon.pass(1min);
        ASSERT_TRUE(comes_to(Residency::cold));
        set_clock(jump);
    }
    const std::vector<ipc::Event> all = events();
    ASSERT_EQ(all.size(), 12U) << "four moves each time";
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i].to, (std::array{Residency::loading, Residency::hot, Residency::unloading,
                                         Residency::cold}[i % 4]));
    for (const ipc::Event& event : all)
        EXPECT_LT(event.took_ns, 60'000'000'000U) << "on the steady clock";
    EXPECT_LT(all[4].at_ms, all[3].at_ms + 4'000'000);
    EXPECT_LT(all[8].at_ms, all[7].at_ms) << "five hours back";
}

// A year of minutes, and no storm of work for them; what it computes, not how long that takes.
TEST_F(Clocks, that_were_wrong_by_decades_are_caught_up_with_at_once) {
    begin("keep_alive = \"5m\"\nwarm = \"*/5 * * * * UTC\"\nforecast = true\n");
    set_clock(-20 * 365 * 24h);
    add();
    const auto log_before = daemon.log().size();
    set_clock(40 * 365 * 24h);
    add();
    EXPECT_LT(daemon.log().size() - log_before, 20'000U);
}

// The nearest to a suspended machine that there is: all of it stands still, the steady clock too
// (here: it runs on), and then goes on.
TEST_F(Clocks, of_processes_that_were_stopped_lose_no_job) {
    begin("keep_alive = \"10m\"\n");
    add();
    const auto worker = static_cast<pid_t>(daemon.worker().pid);
    const std::uint64_t before = client.ask(job("add", {floats({3, 4, 5}), floats({10, 20, 30})}));
    daemon.signal(SIGSTOP);
    ::kill(worker, SIGSTOP);
    const std::uint64_t during = client.ask(job("add", {floats({1, 1, 1}), floats({2, 2, 2})}));
    wall += 8h;
    board.set_wall_ahead(wall);
    std::this_thread::sleep_for(2s);
    ::kill(worker, SIGCONT);
    daemon.signal(SIGCONT);
    client.answer(before).as<ipc::Done>();
    EXPECT_EQ(values_of<float>(client.answer(during).as<ipc::Done>().outputs.at(0)).at(0), 3);
    EXPECT_EQ(static_cast<pid_t>(daemon.worker().pid), worker) << "nobody took it for dead";
    daemon.pass(1min);
    EXPECT_EQ(residency(), Residency::hot) << "the night does not count";
    EXPECT_THAT(daemon.log(), HasSubstr(kWasSet));
}

}  // namespace
}  // namespace samovar::tests
