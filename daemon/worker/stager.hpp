#pragma once
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "daemon/worker/intake.hpp"
#include "ipc/os/unique_fd.hpp"

namespace samovar::worker {

// Reads the next batch and makes it ready (as a Staged) while another thread runs one. That thread
// reads by itself as long as it has nothing else to do, so that a lone job is handed to nobody; the
// intake is the stager's from begin() to end() only.
template <class Staged>
class Stager {
  public:
    // `make_ready` is called by run()'s thread, and must not throw.
    Stager(Intake& intake, std::function<Staged(TakenBatch)> make_ready)
        : intake_(intake),
          make_ready_(std::move(make_ready)),
          recall_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!recall_) throw std::runtime_error("eventfd");
    }

    // The life of the thread that stages; at stop()'s behest it ends.
    void run() {
        while (wait_for_leave()) {
            std::optional<Staged> staged;
            if (std::optional<TakenBatch> batch = read()) staged = make_ready_(std::move(*batch));
            const std::lock_guard lock(guard_);
            staged_ = std::move(staged);
            reading_ = false;
            changed_.notify_all();
        }
    }
    void stop() {
        const std::lock_guard lock(guard_);
        stopped_ = true;
        changed_.notify_all();
    }

    // The other thread's: the next batch is to be staged. Every begin() has its end().
    void begin() {
        const std::lock_guard lock(guard_);
        reading_ = true;
        changed_.notify_all();
    }
    // The batch that is ready, or is being made so; nothing where none had come. The caller reads
    // by itself again.
    std::optional<Staged> end() {
        const std::uint64_t one = 1;
        static_cast<void>(::write(recall_.get(), &one, sizeof one));
        std::unique_lock lock(guard_);
        changed_.wait(lock, [this] { return !reading_; });
        std::uint64_t count = 0;
        static_cast<void>(::read(recall_.get(), &count, sizeof count));
        return std::exchange(staged_, std::nullopt);
    }

  private:
    bool wait_for_leave() {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [this] { return reading_ || stopped_; });
        return !stopped_;
    }
    // Nothing where it was recalled first.
    std::optional<TakenBatch> read() {
        for (;;) {
            if (std::optional<TakenBatch> batch = intake_.next(ipc::Wait::no)) return batch;
            std::array<pollfd, 2> either{
                {{intake_.socket(), POLLIN, 0}, {recall_.get(), POLLIN, 0}}};
            if (::poll(either.data(), either.size(), -1) < 0 && errno != EINTR) return std::nullopt;
            if ((either[1].revents & POLLIN) != 0) return std::nullopt;
        }
    }

    Intake& intake_;
    const std::function<Staged(TakenBatch)> make_ready_;
    ipc::UniqueFd recall_;
    std::mutex guard_;
    std::condition_variable changed_;
    bool reading_ = false, stopped_ = false;
    std::optional<Staged> staged_;
};

}  // namespace samovar::worker
