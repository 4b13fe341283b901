// Loads that find less memory than there was thought to be: the worker may take no more of it.

#include <sys/resource.h>

#include "tests/integration/residency/budgeted.hpp"
#include "tests/support/process_status.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMegabyte = 1'000'000;

// Without a budget nobody leaves before a load has failed.
class OutOfMemory : public Budgeted {
  protected:
    OutOfMemory() : Budgeted("") {
        for (const char* model : {"a", "b"})
            put("hefty", model, "");
        client.reload().value();
        EXPECT_TRUE(run("a"));
    }
    // A model of 268 MB.
    void put_large() {
        const std::filesystem::path folder = daemon.models() / "large";
        std::filesystem::create_directory(folder);
        std::filesystem::create_symlink(made_model("mlp268") / "model.pt", folder / "model.pt");
        std::ofstream(folder / "model.toml") << R"(name = "large"
task = "tensor"
warmup = false
[[code]]
file = "model.pt"
[[input]]
name = "x"
dtype = "float32"
shape = ["batch", 2048]
[[output]]
name = "y"
dtype = "float32"
shape = ["batch", 2048]
[dims]
batch = [1, 64]
)";
        client.reload().value();
    }
    // Beside what the worker has, it gets so much, which is less than a model takes.
    void leave(std::uint64_t bytes) const {
        const auto worker = static_cast<pid_t>(daemon.worker().pid);
        const std::uint64_t limit = status_kb(worker, "VmData") * 1024 + bytes;
        const rlimit both{limit, limit};
        if (::prlimit(worker, RLIMIT_DATA, &both, nullptr) != 0)
            throw std::runtime_error("prlimit");
    }
};

// The one that leaves is large: not all that is asked for during a load is given back at its end.
TEST_F(OutOfMemory, lets_an_idle_model_leave_and_tries_once_more) {
    put_large();
    client.load("large").value();
    client.unload("a").value();
    leave(18 * kMegabyte);
    const auto result = run("b");
    EXPECT_TRUE(result) << describe(result.error());
    EXPECT_THAT(daemon.log(), HasSubstr("memory ran out"));
    EXPECT_THAT(daemon.log(), HasSubstr("hot -> unloading (pressure)"));
    EXPECT_TRUE(comes_to("large", Residency::cold))
        << "where it comes back too early it runs out, too";
    EXPECT_EQ(residency("b"), Residency::hot) << "and nobody leaves for its keep-alive's sake";
    EXPECT_TRUE(run("b"));
}

TEST_F(OutOfMemory, is_told_with_who_holds_the_memory_where_nobody_can_leave) {
    ASSERT_TRUE(client.wish("a", Wish::pin));
    leave(18 * kMegabyte);
    const auto refused = run("b");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::out_of_memory);
    EXPECT_THAT(refused.error().message, HasSubstr("memory ran out"));
    EXPECT_THAT(refused.error().message,
                testing::ContainsRegex("2[5-9]\\.[0-9] MB of cpu are held by pinned models"));
    EXPECT_EQ(residency("a"), Residency::hot);
    EXPECT_TRUE(run("a")) << "the worker lives";
}

}  // namespace
}  // namespace samovar::tests
