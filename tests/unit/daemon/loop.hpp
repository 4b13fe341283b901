#pragma once
#include <gtest/gtest.h>

#include <optional>

#include "daemon/asio.hpp"
#include "tests/support/waiting.hpp"

namespace samovar::tests {

// An event loop of a test's own. Runs work until it is done, never longer than kPatience.
class Loop {
  public:
    daemon::asio::io_context context{1};

    // Starts a coroutine whose value will be in `value`; what it throws, until() or settle()
    // throws.
    template <class Value>
    void start(daemon::asio::awaitable<Value> work, std::optional<Value>& value) {
        daemon::asio::co_spawn(context, put(std::move(work), &value), daemon::or_end_the_daemon);
    }
    // What a coroutine gives; throws what it throws, and where it does not end in time.
    template <class Value>
    Value run(daemon::asio::awaitable<Value> work) {
        std::optional<Value> value;
        start(std::move(work), value);
        until([&] { return value.has_value(); });
        return std::move(*value);
    }
    // Runs until `holds()`; throws where that does not come in time.
    template <class Condition>
    void until(Condition holds) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (!holds()) {
            settle(std::chrono::milliseconds(5));
            if (std::chrono::steady_clock::now() > end)
                throw std::runtime_error("the loop did not get there");
        }
    }
    // Runs what can be run at once, and what comes in this time.
    void settle(std::chrono::milliseconds time = std::chrono::milliseconds(20)) {
        context.restart();
        context.run_for(time);
    }

  private:
    template <class Value>
    static daemon::asio::awaitable<void> put(daemon::asio::awaitable<Value> work,
                                             std::optional<Value>* value) {
        Value given = co_await std::move(work);
        value->emplace(std::move(given));
    }
};

}  // namespace samovar::tests
