#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <variant>

#include "daemon/worker/engine/device.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/thread_count.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// Loads, parks, wakes and unloads models one after the other, in the order asked for, on a thread
// of low priority, so that none of it stalls a job or an answer.
class Loader {
  public:
    struct Settings {
        int threads;                 // of an inference, where a model names no number
        std::uint64_t decode_cache;  // bytes of pictures that the models share; 0: none
    };
    Loader(Device& device, Models& models, Outbox& control, const Settings& settings)
        : device_(device), models_(models), control_(control), threads_(settings.threads) {
        if (settings.decode_cache > 0)
            pictures_ = std::make_shared<ResultCache>(settings.decode_cache);
    }

    // The control thread's. The answers go to the control socket under `request`; an unload of a
    // model whose load is still waiting follows it. Errors: `busy`.
    template <class What>
    Result<void> post(What what, std::uint64_t request) {
        return enqueue({std::move(what), request});
    }

    // Whether an order is unanswered. Whoever has read an answer finds it counted out.
    bool busy() const noexcept { return pending_.load() > 0; }

    // The loader thread's life; never returns.
    [[noreturn]] void run();

  private:
    struct Order {
        std::variant<ipc::WorkerLoad, ipc::WorkerUnload, ipc::WorkerPark, ipc::WorkerWake> what;
        std::uint64_t request = 0;
    };
    Result<void> enqueue(Order order);
    Order next();
    void carry_out(const ipc::WorkerLoad& load, std::uint64_t request);
    void carry_out(const ipc::WorkerUnload& unload, std::uint64_t request);
    void carry_out(const ipc::WorkerPark& park, std::uint64_t request);
    void carry_out(const ipc::WorkerWake& wake, std::uint64_t request);
    void refuse_unknown(std::uint32_t model, std::uint64_t request);

    Device& device_;
    Models& models_;
    Outbox& control_;
    const int threads_;
    std::shared_ptr<ResultCache> pictures_;  // decoded; null: none are kept
    ThreadCount thread_count_;               // of the loader thread
    std::mutex guard_;
    std::condition_variable arrived_;
    std::deque<Order> orders_;
    std::atomic<std::size_t> pending_{0};  // orders that are not answered
};

}  // namespace samovar::worker
