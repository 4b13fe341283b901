#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/asio.hpp"
#include "daemon/residency/device_memory.hpp"
#include "daemon/residency/memory_file.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// What is lent of a device, each for as long as a process lives. Loop thread only.
//
// While a loan lasts, models may hold so much less; those that leave for it come back when it ends,
// as if they had been used then. Who ends it is the borrower, known by its pidfd: whoever asked for
// the loan may be gone long before. Neither does it end with the daemon: the next one goes on with
// it, as long as the same process lives.
class Loans {
  public:
    // How long a loan waits for models that work.
    static constexpr std::chrono::seconds kPatience{30};

    struct Terms {
        std::string device;       // empty: the first GPU that models are for, else the CPU
        std::uint64_t bytes = 0;  // 0: all
        std::string borrower;     // for the log
    };
    using Answer = std::function<void(Result<ipc::Lent>)>;
    // What is asked of whoever has the models.
    struct Shell {
        std::function<void()> changed;     // a loan began or ended, outside of other calls
        std::function<void()> write_down;  // memories() has become another
        std::function<std::string(scheduler::ModelId)> name_of;
        // A model left for a loan that ended, in an earlier life of the daemon.
        std::function<void(const std::string&)> bring_back;
    };

    Loans(asio::any_io_executor loop, DeviceMemory& memory, Shell shell);
    ~Loans();

    // Answers when the memory is free. Errors (by `answer`): `bad_descriptor` (no pidfd),
    // `no_device`, `out_of_memory` (pinned models, or models that work, hold it, or there is not so
    // much).
    void lend(Terms terms, ipc::UniqueFd pidfd, Answer answer);
    // To be called when models have moved: answers those whose memory is free now.
    void review();
    // Whether a model that may come back left for a loan, and is to be brought back therefore. Says
    // so once.
    bool takes_back(const std::string& model) { return returning_.erase(model) > 0; }
    // Bytes; a loan of all is as much as models held when it began.
    scheduler::Bytes lent(const std::string& device) const;
    void stop();

    // What is lent now, but for who has left, and those who left or may leave for it.
    std::vector<LoanMemory> memories() const;
    const std::set<std::string>& returning() const { return returning_; }
    // Goes on with loans of an earlier life of the daemon. After the models were read.
    void recall(const std::vector<LoanMemory>& loans);

  private:
    struct Loan;

    void wait_for_end(const std::shared_ptr<Loan>& loan);
    void end(const std::shared_ptr<Loan>& loan);
    void settle(Loan& loan, Result<ipc::Lent> outcome);
    void apply(const std::string& device);

    asio::any_io_executor loop_;
    DeviceMemory& memory_;
    Shell shell_;
    std::vector<std::shared_ptr<Loan>> loans_;
    std::set<std::string> returning_;
};

}  // namespace samovar::daemon
