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
    asio::posix::stream_descriptor pidfd;
    asio::steady_timer patience;
};

Loans::Loans(asio::any_io_executor loop, DeviceMemory& memory, std::function<void()> changed)
    : loop_(std::move(loop)), memory_(memory), changed_(std::move(changed)) {}

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
    auto loan = std::make_shared<Loan>(loop_, std::move(terms), std::move(answer));
    loan->pidfd.assign(pidfd.release());
    loan->held_then = memory_.budget().held(*device);
    spdlog::info("loan to {}: {} of {}", loan->terms.borrower,
                 loan->terms.bytes > 0 ? bytes_in_words(loan->terms.bytes) : "all",
                 loan->terms.device);
    loans_.push_back(loan);
    for (const scheduler::ModelId model : memory_.budget().evictable(*device))
        returning_.insert(model);
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
    changed_();
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
    changed_();
    if (loans_.empty()) returning_.clear();
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

// The device's ceiling under all its loans.
void Loans::apply(const std::string& device) {
    scheduler::Bytes ceiling = scheduler::kUnlimited, lent = 0;
    for (const auto& loan : loans_) {
        if (loan->terms.device != device) continue;
        if (loan->terms.bytes == 0) ceiling = 0;
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
