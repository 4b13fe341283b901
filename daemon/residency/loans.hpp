#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/asio.hpp"
#include "daemon/residency/device_memory.hpp"
#include "ipc/os/unique_fd.hpp"
#include "ipc/wire/residency_messages.hpp"

namespace samovar::daemon {

// What is lent of a device, each for as long as a process lives. Loop thread only.
//
// While a loan lasts, models may hold so much less; those that leave for it come back when it ends,
// as if they had been used then. Who ends it is the borrower, known by its pidfd: whoever asked for
// the loan may be gone long before.
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

    // `changed` is called where a loan began or ended, outside of other calls.
    Loans(asio::any_io_executor loop, DeviceMemory& memory, std::function<void()> changed);
    ~Loans();

    // Answers when the memory is free. Errors (by `answer`): `bad_descriptor` (no pidfd),
    // `no_device`, `out_of_memory` (pinned models, or models that work, hold it).
    void lend(Terms terms, ipc::UniqueFd pidfd, Answer answer);
    // To be called when models have moved: answers those whose memory is free now.
    void review();
    // Whether a model that may come back left for a loan, and is to be brought back therefore. Says
    // so once.
    bool takes_back(scheduler::ModelId model) { return returning_.erase(model) > 0; }
    // Bytes; a loan of all is as much as models held when it began.
    scheduler::Bytes lent(const std::string& device) const;
    void stop();

  private:
    struct Loan;

    void wait_for_end(const std::shared_ptr<Loan>& loan);
    void end(const std::shared_ptr<Loan>& loan);
    void settle(Loan& loan, Result<ipc::Lent> outcome);
    void apply(const std::string& device);

    asio::any_io_executor loop_;
    DeviceMemory& memory_;
    std::function<void()> changed_;
    std::vector<std::shared_ptr<Loan>> loans_;
    std::set<scheduler::ModelId> returning_;
};

}  // namespace samovar::daemon
