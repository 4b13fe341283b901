// Models that step aside when other programs fill the machine's memory.

#include "tests/integration/residency/budgeted.hpp"

namespace samovar::tests {
namespace {

// What the daemon takes for /proc/meminfo.
class Meminfo {
  public:
    Meminfo() { say(500); }
    void say(unsigned megabytes) const {
        const std::filesystem::path next = folder_.path() / "next";
        std::ofstream(next) << "MemTotal:       1000000 kB\nMemFree:          10000 kB\n"
                            << "MemAvailable:   " << megabytes * 1000 << " kB\n";
        std::filesystem::rename(next, path());
    }
    std::filesystem::path path() const { return folder_.path() / "meminfo"; }

  private:
    TemporaryFolder folder_;
};

struct HasMeminfo {
    Meminfo meminfo;
};

class LeaveFree : public HasMeminfo, public Budgeted {
  protected:
    LeaveFree()
        : Budgeted("[device.cpu]\nleave_free = \"100MB\"\n",
                   {.arguments = {"--meminfo", meminfo.path().string()}}) {
        for (const char* model : {"a", "b"})
            put("hefty", model, "");
        client.reload().value();
        EXPECT_TRUE(run("a"));
        EXPECT_TRUE(run("b"));
    }
};

TEST_F(LeaveFree, lets_idle_models_step_down_until_others_have_room_and_brings_them_back) {
    meminfo.say(60);
    EXPECT_TRUE(comes_to("a", Residency::cold));
    EXPECT_TRUE(comes_to("b", Residency::cold));
    EXPECT_EQ(client.why("a").value().rule, "pressure");
    meminfo.say(500);
    EXPECT_TRUE(comes_to("a", Residency::hot));
    EXPECT_TRUE(comes_to("b", Residency::hot));
}

TEST_F(LeaveFree, does_not_touch_what_is_pinned) {
    ASSERT_TRUE(client.wish("a", Wish::pin));
    meminfo.say(60);
    EXPECT_TRUE(comes_to("b", Residency::cold));
    EXPECT_EQ(residency("a"), Residency::hot);
}

TEST_F(LeaveFree, refuses_loads_that_would_take_of_the_reserve) {
    meminfo.say(60);
    ASSERT_TRUE(comes_to("a", Residency::cold));
    ASSERT_TRUE(comes_to("b", Residency::cold));
    EXPECT_EQ(run("a").error().code, Errc::out_of_memory);
    meminfo.say(500);
    EXPECT_TRUE(run("a")) << "a load looks for itself, and waits for no second to pass";
}

}  // namespace
}  // namespace samovar::tests
