// How many loads there are at a time, over all workers.

#include <signal.h>

#include <mutex>
#include <thread>

#include "tests/integration/residency/budgeted.hpp"

namespace samovar::tests {
namespace {

class OneLoadAtATime : public Budgeted {
  protected:
    OneLoadAtATime() : Budgeted("parallel_loads = 1\n", {.arguments = {"--linger", "600"}}) {}
    // A model with a worker of its own.
    void put_alone(const std::string& name, const std::string& rules) {
        put("hefty", name, rules);
        const std::filesystem::path file = daemon.models() / name / "model.toml";
        const std::string text = text_of(file);
        std::ofstream(file) << "isolation = \"model\"\n" << text;
    }
    // The most models that were loading at a time, by the story of their moves.
    std::size_t most_loads() {
        std::size_t now = 0, most = 0;
        client
            .events({}, false,
                    [&](const Event& event) {
                        if (event.to == Residency::loading) most = std::max(most, ++now);
                        if (event.from == Residency::loading) --now;
                    })
            .value();
        return most;
    }
};

TEST_F(OneLoadAtATime, follow_each_other_where_several_are_to_come_up) {
    for (const char* model : {"a", "b", "c", "d"})
        put_alone(model, "preload = true\n");
    ASSERT_TRUE(daemon.stop());
    daemon.start();
    client = Client::connect({.socket = daemon.socket()}).value();
    for (const char* model : {"a", "b", "c", "d"})
        EXPECT_TRUE(comes_to(model, Residency::hot));
    EXPECT_EQ(most_loads(), 1U);
}

TEST_F(OneLoadAtATime, says_that_it_waits_for_another_worker) {
    for (const char* model : {"a", "b"})
        put_alone(model, "");
    client.reload().value();
    for (const char* model : {"a", "b"}) {
        client.load(model).value();
        client.unload(model).value();
    }
    const auto slow = static_cast<pid_t>(daemon.worker("cpu/a").pid);
    ::kill(slow, SIGSTOP);
    std::thread first(
        [&] { Client::connect({.socket = daemon.socket()}).value().load("a").value(); });
    EXPECT_TRUE(comes_to("a", Residency::loading));
    std::mutex guard;
    std::string phase;
    std::thread second([&] {
        const auto tell = [&](const Progress& progress) {
            const std::scoped_lock lock(guard);
            phase = progress.phase;
        };
        Client other = Client::connect({.socket = daemon.socket()}).value();
        other.load("b", tell).value();
    });
    EXPECT_TRUE(wait_until([&] {
        const std::scoped_lock lock(guard);
        return phase == "waiting for other loads";
    }));
    EXPECT_EQ(residency("b"), Residency::cold);
    ::kill(slow, SIGCONT);
    first.join();
    second.join();
    EXPECT_EQ(residency("b"), Residency::hot);
    EXPECT_EQ(most_loads(), 1U);
}

}  // namespace
}  // namespace samovar::tests
