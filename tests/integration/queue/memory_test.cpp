// Batches in a worker that may take little memory. Model "spacious" takes 48 MiB for each row, more
// than the heap has in reserve, and answers it with the row plus how many came together.

#include <sys/resource.h>

#include "tests/integration/queue/queue.hpp"
#include "tests/support/process_status.hpp"

namespace samovar::tests {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

class LittleMemory : public WithQueue {
  protected:
    LittleMemory() { take("spacious", "[batch]\nmax = 32\nmax_delay = \"10s\"\n"); }

    // Beside what it has, the worker gets so much.
    void leave(std::uint64_t bytes) const {
        const auto worker = static_cast<pid_t>(daemon.worker().pid);
        const std::uint64_t limit = status_kb(worker, "VmData") * 1024 + bytes;
        rlimit data{};
        bool fine = ::prlimit(worker, RLIMIT_DATA, nullptr, &data) == 0;
        data.rlim_cur = limit;
        fine = fine && ::prlimit(worker, RLIMIT_DATA, &data, nullptr) == 0;
        if (!fine) throw std::runtime_error("prlimit");
    }
    std::size_t times_it_ran_out() const {
        const std::string log = daemon.log(), words = "spacious: memory ran out for";
        std::size_t times = 0;
        for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1))
            ++times;
        return times;
    }
};

TEST_F(LittleMemory, is_seen_by_none_of_the_clients_whose_jobs_share_a_batch) {
    leave(420 * kMebibyte);
    Job busy = keep_busy();
    std::vector<Client> clients;
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < 24; ++i) {
        clients.push_back(connect());
        jobs.push_back(clients.back().submit(filled("spacious", {1})).value());
    }
    wait_for_queued(24);
    for (Job& job : jobs)
        EXPECT_THAT(numbers_of(job.wait(kLong).value()), ElementsAre(1 + 6)) << "a quarter of 24";
    busy.wait(kLong).value();
    EXPECT_EQ(client.info("spacious")->batches, 1U);
    EXPECT_EQ(times_it_ran_out(), 2U) << "of 24 rows, and of 12";
}

TEST_F(LittleMemory, is_remembered) {
    leave(420 * kMebibyte);
    const auto sixes = testing::AllOf(SizeIs(24), Each(1 + 6));
    EXPECT_THAT(numbers_of(client.run(filled("spacious", {24}), kLong).value()), sixes);
    EXPECT_EQ(times_it_ran_out(), 2U);
    EXPECT_THAT(numbers_of(client.run(filled("spacious", {24}), kLong).value()), sixes);
    EXPECT_EQ(times_it_ran_out(), 2U);
}

TEST_F(LittleMemory, is_told_where_it_does_not_last_for_one_row) {
    leave(8 * kMebibyte);
    const auto refused = client.run(filled("spacious", {2}), kLong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::out_of_memory);
    leave(420 * kMebibyte);
    EXPECT_TRUE(client.run(filled("spacious", {2}), kLong)) << "the worker lives";
}

}  // namespace
}  // namespace samovar::tests
