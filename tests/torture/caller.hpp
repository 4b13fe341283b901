#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.hpp"
#include "tests/torture/book.hpp"

namespace samovar::torture {

// How a caller behaves.
struct CallerPlan {
    std::filesystem::path socket{};
    std::uint64_t seed = 0;
    std::uint64_t burst = 4;            // jobs at once, at most
    std::uint64_t side = 64;            // of its pictures, at most
    std::chrono::milliseconds pause{};  // between bursts
    // Of these: "lost-job", "double", "wrong-answer", "slow-reconnect"; and by the strides in its
    // book "leak-descriptor", "leak-memory", "slower".
    std::string plant{};
};

// A process that sends jobs through libsamovar and checks each answer to the bit, until it is told
// to leave. Where the daemon goes away it waits for the next. Forks: to be made while this process
// has one thread.
class Caller {
  public:
    explicit Caller(CallerPlan plan);

    pid_t pid() const { return process_->pid(); }
    Book& book() const { return *book_; }
    // Lets it wait for its last answers, and end. Whether it did.
    bool leave();
    // SIGKILL, and reaps it.
    void kill();

  private:
    Shared<Book> book_;
    std::unique_ptr<tests::Process> process_;
};

}  // namespace samovar::torture
