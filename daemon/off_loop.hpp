#pragma once
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>

#include "daemon/asio.hpp"

namespace samovar::daemon {

// Runs `work` on the helper thread and comes back to the loop with what it returned, or throws what
// it threw. `work` may touch nothing that the loop touches meanwhile.
template <class Work>
asio::awaitable<std::invoke_result_t<Work&>> off_loop(asio::thread_pool& helper, Work work) {
    struct Outcome {
        std::optional<std::invoke_result_t<Work&>> value;
        std::exception_ptr fault;
    };
    using OutcomePtr = std::shared_ptr<Outcome>;
    auto initiate = [&helper](auto handler, Work job) {
        // Shared, since Asio's executors copy what they are given in some of their paths.
        auto state = std::make_shared<std::pair<decltype(handler), Work>>(std::move(handler),
                                                                          std::move(job));
        auto loop = asio::get_associated_executor(state->first);
        auto keep_loop = asio::prefer(loop, asio::execution::outstanding_work.tracked);
        asio::post(helper, [state, keep_loop]() mutable {
            auto outcome = std::make_shared<Outcome>();
            try {
                outcome->value.emplace(state->second());
            } catch (...) {
                outcome->fault = std::current_exception();
            }
            asio::post(keep_loop, [state = std::move(state), outcome]() mutable {
                std::move(state->first)(std::move(outcome));
            });
        });
    };
    OutcomePtr outcome =
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void(OutcomePtr)>(
            std::move(initiate), asio::use_awaitable, std::move(work));
    if (outcome->fault) std::rethrow_exception(outcome->fault);
    co_return std::move(*outcome->value);
}

}  // namespace samovar::daemon
