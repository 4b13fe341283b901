#include "daemon/residency/loans.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "ipc/os/foreign_fd.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using ipc::bytes_in_words;

}  // namespace

struct Loans::Loan {
    Loan(const asio::any_io_executor& loop, Terms asked, Answer waiting)
        : terms(std::move(asked)), answer(std::move(waiting)), pidfd(loop), patience(loop) {}

    Terms terms;
    Answer answer;                   // until it is given
    scheduler::Bytes held_then = 0;  // by all models, when it began
    std::optional<Borrower> borrower;
    std::vector<std::string> left;  // in an earlier life of the daemon
    asio::posix::stream_descriptor pidfd;
    asio::steady_timer patience;
};

Loans::Loans(asio::any_io_executor loop, DeviceMemory& memory, Shell shell)
    : loop_(std::move(loop)), memory_(memory), shell_(std::move(shell)) {}

Loans::~Loans() = default;

void Loans::lend(Terms terms, ipc::UniqueFd pidfd, Answer answer) {
    if (!pidfd || !ipc::is_pidfd(pidfd.get()))
        return answer(Error{Errc::bad_descriptor, "a loan came without the pidfd of its borrower",
                            "send what pidfd_open(2) gives for it", 0, 0});
    if (terms.device.empty()) terms.device = memory_.usual_device();
    const auto device = memory_.find_device(terms.device);
    if (!device)
        return answer(Error{Errc::no_device, "no model is for device \"" + terms.device + "\"",
                            "`samovar models` lists what models are for", 0, 0});
    if (const std::optional<Error> refused = memory_.beyond(terms.device, terms.bytes))
        return answer(*refused);
    auto loan = std::make_shared<Loan>(loop_, std::move(terms), std::move(answer));
    loan->borrower = borrower_of(pidfd.get());
    loan->pidfd.assign(pidfd.release());
    loan->held_then = memory_.budget().held(*device);
    spdlog::info("loan to {}: {} of {}", loan->terms.borrower,
                 loan->terms.bytes > 0 ? bytes_in_words(loan->terms.bytes) : "all",
                 loan->terms.device);
    loans_.push_back(loan);
    for (const scheduler::ModelId model : memory_.budget().evictable(*device))
        returning_.insert(shell_.name_of(model));
    loan->patience.expires_after(kPatience);
    loan->patience.async_wait([this, weak = std::weak_ptr(loan)](boost::system::error_code fault) {
        const auto waiting = weak.lock();
        if (fault || !waiting || !waiting->answer) return;
        const auto id = memory_.find_device(waiting->terms.device);
        settle(*waiting, memory_.loan_refusal(waiting->terms.device,
                                              memory_.budget().account(*id, waiting->terms.bytes)));
        end(waiting);
    });
    wait_for_end(loan);
    apply(loan->terms.device);
    shell_.changed();
}

void Loans::wait_for_end(const std::shared_ptr<Loan>& loan) {
    loan->pidfd.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this, weak = std::weak_ptr(loan)](boost::system::error_code fault) {
                               if (const auto over = weak.lock(); over && !fault) end(over);
                           });
}

void Loans::end(const std::shared_ptr<Loan>& loan) {
    if (std::erase(loans_, loan) == 0) return;
    spdlog::info("loan to {}: over", loan->terms.borrower);
    loan->patience.cancel();
    settle(*loan, Error{Errc::cancelled, "the borrower is gone", "", 0, 0});
    apply(loan->terms.device);
    shell_.changed();
    for (const std::string& model : loan->left)
        if (takes_back(model)) shell_.bring_back(model);
    if (loans_.empty()) returning_.clear();
    shell_.write_down();
}

void Loans::settle(Loan& loan, Result<ipc::Lent> outcome) {
    if (const Answer answer = std::exchange(loan.answer, nullptr)) answer(std::move(outcome));
}

void Loans::review() {
    for (const auto& loan : std::vector(loans_)) {
        const auto device = memory_.find_device(loan->terms.device);
        if (!loan->answer || !device) continue;
        const scheduler::Shortage account = memory_.budget().account(*device, 0);
        const scheduler::Bytes held = memory_.budget().held(*device);
        // What is pinned stays, and whoever lends all has said so.
        const bool done =
            held <= account.limit || (loan->terms.bytes == 0 && held <= account.pinned);
        if (!done) continue;
        loan->patience.cancel();
        settle(*loan, ipc::Lent{loan->terms.device, scheduler::less(loan->held_then, held), held});
        shell_.write_down();
    }
}

scheduler::Bytes Loans::lent(const std::string& device) const {
    scheduler::Bytes sum = 0;
    for (const auto& loan : loans_)
        if (loan->terms.device == device)
            sum += loan->terms.bytes > 0 ? loan->terms.bytes : loan->held_then;
    return sum;
}

void Loans::stop() {
    for (const auto& loan : std::exchange(loans_, {})) {
        loan->patience.cancel();
        settle(*loan, Error{Errc::shutting_down, "samovard is shutting down", "", 0, 0});
        boost::system::error_code ignored;
        loan->pidfd.close(ignored);
    }
}

// ---- From one life of the daemon to the next ----------------------------------------------------

// A loan that still waits for its memory ends with its session; one whose borrower is hidden from
// the daemon ends with the daemon.
std::vector<LoanMemory> Loans::memories() const {
    std::vector<LoanMemory> memories;
    for (const auto& loan : loans_)
        if (!loan->answer && loan->borrower)
            memories.push_back({loan->terms.device,
                                loan->terms.bytes,
                                loan->held_then,
                                loan->terms.borrower,
                                *loan->borrower,
                                {}});
    return memories;
}

void Loans::recall(const std::vector<LoanMemory>& loans) {
    for (const LoanMemory& memory : loans) {
        ipc::UniqueFd pidfd = find_again(memory.borrower);
        if (!pidfd || !memory_.find_device(memory.device)) {
            spdlog::info("loan to {}: ended while no daemon ran", memory.asked_by);
            for (const std::string& model : memory.left)
                shell_.bring_back(model);
            continue;
        }
        spdlog::info("loan to {}: goes on, to pid {}", memory.asked_by, memory.borrower.pid);
        auto loan = std::make_shared<Loan>(
            loop_, Terms{memory.device, memory.bytes, memory.asked_by}, nullptr);
        loan->pidfd.assign(pidfd.release());
        loan->held_then = memory.held_then;
        loan->borrower = memory.borrower;
        loan->left = memory.left;
        returning_.insert(memory.left.begin(), memory.left.end());
        loans_.push_back(loan);
        wait_for_end(loan);
        apply(memory.device);
    }
    if (!loans.empty()) shell_.changed();
}

// The device's ceiling under all its loans.
void Loans::apply(const std::string& device) {
    scheduler::Bytes ceiling = scheduler::kUnlimited, lent = 0;
    for (const auto& loan : loans_) {
        if (loan->terms.device != device) continue;
        // What is pinned stays, and comes back after a restart.
        if (loan->terms.bytes == 0) ceiling = memory_.pinned(device);
        lent += loan->terms.bytes;
        // Without a budget it is what models held that becomes less.
        if (memory_.limit_of(device) == scheduler::kUnlimited)
            ceiling = std::min(ceiling, scheduler::less(loan->held_then, lent));
        else
            ceiling = std::min(ceiling, scheduler::less(memory_.limit_of(device), lent));
    }
    memory_.set_ceiling(device, ceiling);
}

}  // namespace samovar::daemon
