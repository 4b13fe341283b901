// A process that is known again.

#include "daemon/residency/borrower.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/process.hpp"

namespace samovar::daemon {
namespace {

class BorrowerFound : public testing::Test {
  protected:
    static ipc::UniqueFd open(pid_t pid) {
        return ipc::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    }

    tests::TemporaryFolder folder_;
    tests::Process process_{{.arguments = {"/bin/sleep", "600"}, .output = folder_.path() / "log"}};
};

TEST_F(BorrowerFound, again_while_it_lives) {
    const auto borrower = borrower_of(open(process_.pid()).get());
    ASSERT_TRUE(borrower);
    EXPECT_EQ(borrower->pid, static_cast<std::uint32_t>(process_.pid()));
    const ipc::UniqueFd again = find_again(*borrower);
    ASSERT_TRUE(again);
    EXPECT_EQ(borrower_of(again.get()), borrower);
}

TEST_F(BorrowerFound, not_when_it_has_ended) {
    const ipc::UniqueFd pidfd = open(process_.pid());
    const auto borrower = borrower_of(pidfd.get());
    ASSERT_TRUE(borrower);
    process_.signal(SIGKILL);
    process_.wait_for_exit();
    EXPECT_FALSE(find_again(*borrower));
    EXPECT_FALSE(borrower_of(pidfd.get()));
}

TEST_F(BorrowerFound, not_where_another_has_its_number) {
    auto borrower = borrower_of(open(process_.pid()).get());
    ASSERT_TRUE(borrower);
    --borrower->started;
    EXPECT_FALSE(find_again(*borrower));
}

TEST_F(BorrowerFound, not_after_another_start_of_the_machine) {
    auto borrower = borrower_of(open(process_.pid()).get());
    ASSERT_TRUE(borrower);
    borrower->boot = "another";
    EXPECT_FALSE(find_again(*borrower));
}

TEST_F(BorrowerFound, not_of_what_is_no_process) {
    EXPECT_FALSE(borrower_of(-1));
    EXPECT_FALSE(borrower_of(STDIN_FILENO));
    EXPECT_FALSE(find_again({}));
}

}  // namespace
}  // namespace samovar::daemon
